//! Which component of a page takes which file, and how its value is written.
//!
//! A message box that takes files comes first; then what takes files beside it and matters for the chat: a picture, a
//! document, a button that uploads. Nothing is sent from here.

use super::chat::{Chat, Memory};
use super::page;
use crate::gradio::app::{App, Component, ComponentId};
use crate::gradio::wiring;
use crate::http::UploadSource;
use crate::http::media_type::media_type;
use crate::provider::{ProviderError, Report, Request, Support};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A component that takes files.
#[derive(Debug, Clone, PartialEq)]
pub struct FileInput {
    /// The component.
    pub id: ComponentId,
    /// Its label.
    label: String,
    /// How its value is written.
    form: Form,
    /// What it takes, as its author wrote it: `image`, `.pdf`; everything where that is empty.
    types: Vec<String>,
    /// Whether it takes several.
    takes_many: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `{"text": …, "files": […]}`, with the message.
    Message,
    /// The file, or a list of files.
    File,
    /// `[{"image": file}]`.
    Gallery,
    /// `{"video": file}`: Gradio 4 and 5.
    Video,
}

/// The file inputs of a chat, the message box first.
pub fn places(app: &App, chat: &Chat) -> Vec<FileInput> {
    let boxed = app
        .component(chat.message)
        .filter(|found| found.takes_files());
    let acts_by_button = |id: ComponentId| {
        page::setters(app, &chat.scope, chat.message).any(|setter| setter.inputs.contains(&id))
    };
    let mut beside: Vec<&Component> = app
        .components()
        .filter(|component| {
            component.id != chat.message
                && (chat.scope.matters(component.id) || acts_by_button(component.id))
                && app.is_visible(component.id)
                && component.props.get("interactive") != Some(&Value::Bool(false))
        })
        .collect();
    beside.sort_by_key(|component| component.id);
    let places = boxed.into_iter().chain(beside);
    places
        .filter_map(|found| FileInput::read(app, found))
        .collect()
}

impl FileInput {
    fn read(app: &App, component: &Component) -> Option<Self> {
        let props = &component.props;
        let count = props.get("file_count").and_then(Value::as_str);
        let listed = props.get("file_types").and_then(Value::as_array);
        let listed = listed.into_iter().flatten().filter_map(Value::as_str);
        let mut types: Vec<String> = listed.map(str::to_lowercase).collect();
        let (form, takes_many) = match component.kind.as_str() {
            // Its page lets a user add one file after the other, whatever `file_count` says.
            _ if component.takes_files() => (Form::Message, true),
            "file" | "uploadbutton" => (Form::File, count.is_some_and(|count| count != "single")),
            "gallery" => (Form::Gallery, true),
            "video" if app.major().is_some_and(|major| major < 6) => (Form::Video, false),
            "image" | "audio" | "video" => (Form::File, false),
            _ => return None,
        };
        match component.kind.as_str() {
            kind @ ("image" | "audio" | "video") => types = vec![kind.to_owned()],
            "gallery" if types.is_empty() => types = vec!["image".to_owned()],
            _ => {}
        }
        // The value of an upload button is its label.
        let label = component.label.clone().filter(|label| !label.is_empty());
        Some(Self {
            id: component.id,
            label: label.unwrap_or_else(|| component.kind.clone()),
            form,
            types,
            takes_many,
        })
    }

    /// Whether it takes a file of this name.
    fn takes(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let kind = media_type(&name);
        self.types.is_empty()
            || self.types.iter().any(|taken| match taken.as_str() {
                "file" | "*" => true,
                "text" => kind.starts_with("text/") || kind == "application/json",
                "image" | "audio" | "video" => kind.split('/').next() == Some(taken),
                extension if extension.starts_with('.') => name.ends_with(extension),
                media => kind == media || name.ends_with(&format!(".{media}")),
            })
    }

    /// Whether what was put in stays there after a turn.
    pub fn keeps_files(&self, app: &App, chat: &Chat) -> bool {
        let first = app.dependency(chat.first);
        let course = first.map(|first| wiring::course(app, first));
        let mut steps = course.into_iter().flatten();
        !self.is_message_box() && !steps.any(|step| step.outputs.contains(&self.id))
    }

    /// Whether the files travel in the value of the message box.
    pub fn is_message_box(&self) -> bool {
        self.form == Form::Message
    }

    /// The component's value with these files, as the app named them.
    pub fn value(&self, mut files: Vec<Value>) -> Value {
        match self.form {
            Form::Gallery => files
                .into_iter()
                .map(|file| json!({"image": file, "caption": null}))
                .collect(),
            Form::Video => json!({"video": files.pop(), "subtitles": null}),
            Form::File if !self.takes_many => files.pop().unwrap_or_default(),
            Form::File | Form::Message => Value::Array(files),
        }
    }

    fn words(&self) -> String {
        let types = if self.types.is_empty() {
            "any file".to_owned()
        } else {
            self.types.join(", ")
        };
        match self.form {
            Form::Message if self.types.is_empty() => "with the message".to_owned(),
            Form::Message => format!("with the message ({types})"),
            _ => format!("in {} ({types})", self.label),
        }
    }
}

/// How files reach the model, for a user.
pub fn support(places: &[FileInput]) -> Support {
    if places.is_empty() {
        return Support::InPrompt;
    }
    let words: Vec<String> = places.iter().map(FileInput::words).collect();
    Support::Native(words.join(", "))
}

/// Whether an input takes text files.
pub fn take_text(places: &[FileInput]) -> bool {
    places.iter().any(|place| place.takes("text.txt"))
}

/// Which of `places` each file goes to: the position of the place, with those of its files. An error, before
/// anything is sent, for a file that none takes.
fn assigned(
    places: &[FileInput],
    files: &[UploadSource],
) -> Result<BTreeMap<usize, Vec<usize>>, ProviderError> {
    let mut assigned: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (file, source) in files.iter().enumerate() {
        let has_room =
            |at: usize, place: &FileInput| place.takes_many || !assigned.contains_key(&at);
        let mut fitting = places
            .iter()
            .enumerate()
            .filter(|(_, place)| place.takes(&source.name));
        let at = fitting.clone().find(|(at, place)| has_room(*at, place));
        match (at, fitting.next()) {
            (Some((at, _)), _) => assigned.entry(at).or_default().push(file),
            (None, fits) => return Err(refusal(places, &source.name, fits.is_some())),
        }
    }
    Ok(assigned)
}

/// The files of a turn: what is uploaded, and where it goes.
pub struct FilePlan {
    places: Vec<FileInput>,
    /// What is uploaded, in this order.
    pub sources: Vec<UploadSource>,
    /// Where the files of the newest message go.
    pub newest: BTreeMap<usize, Vec<usize>>,
    /// Where those of earlier messages go that a page still holds.
    pub past: BTreeMap<usize, Vec<usize>>,
    /// Those that stand in the conversation itself, by the position of their message.
    shown: BTreeMap<usize, Vec<usize>>,
}

impl FilePlan {
    /// The files of a request. An error, before anything is sent, for one that no place takes. A page that is given its
    /// past natively gets each file of the past where it was: in the conversation, or in the component that keeps it;
    /// where the past goes in the prompt, all of them go with that.
    pub fn of(
        request: &Request,
        (app, chat): (&App, &Chat),
        is_live: bool,
    ) -> Result<Self, ProviderError> {
        let places = places(app, chat);
        let is_native = !is_live && matches!(chat.memory, Memory::Chatbot(_));
        let mut sources = request.files_to_send(is_live || is_native)?;
        let newest = assigned(&places, &sources)?;
        let (mut past, mut shown): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        let earlier = if is_native {
            request.files_of_past()?
        } else {
            Vec::new()
        };
        for (message, source) in earlier {
            let at = assigned(&places, std::slice::from_ref(&source))?;
            let Some(at) = at.into_keys().next() else {
                continue;
            };
            if places[at].is_message_box() && shows_files(app, chat) {
                shown.entry(message).or_default().push(sources.len());
            } else if places[at].keeps_files(app, chat) {
                past.entry(at).or_default().push(sources.len());
            } else {
                continue;
            }
            sources.push(source);
        }
        Ok(Self {
            places,
            sources,
            newest,
            past,
            shown,
        })
    }

    /// The values of the components beside the message, with the files as the app named them.
    pub fn beside(
        &self,
        assigned: &BTreeMap<usize, Vec<usize>>,
        sent: &[Value],
    ) -> Vec<(ComponentId, Value)> {
        let places = assigned
            .iter()
            .map(|(at, files)| (&self.places[*at], files));
        places
            .filter(|(place, _)| !place.is_message_box())
            .map(|(place, files)| (place.id, place.value(named(files, sent))))
            .collect()
    }

    /// The files that go with the newest message itself.
    pub fn with_message(&self, sent: &[Value]) -> Value {
        let places = self
            .newest
            .iter()
            .map(|(at, files)| (&self.places[*at], files));
        let mut boxed = places.filter(|(place, _)| place.is_message_box());
        let files = boxed.next().map(|(_, files)| named(files, sent));
        Value::Array(files.unwrap_or_default())
    }

    /// The files that stand in the conversation, by the position of their message.
    pub fn with_messages(&self, sent: &[Value]) -> BTreeMap<usize, Vec<Value>> {
        let shown = self.shown.iter();
        shown.map(|(at, files)| (*at, named(files, sent))).collect()
    }
}

/// Whether a page shows the files of a message in its chat, judged by its functions: not where the function that takes
/// the message stores something in a State.
fn shows_files(app: &App, chat: &Chat) -> bool {
    let first = app.dependency(chat.first);
    let mut outputs = first.into_iter().flat_map(|first| &first.outputs);
    chat.scope.left_out().is_interface() || !outputs.any(|id| app.is(*id, Component::is_state))
}

fn named(files: &[usize], sent: &[Value]) -> Vec<Value> {
    files
        .iter()
        .filter_map(|file| sent.get(*file).cloned())
        .collect()
}

fn refusal(places: &[FileInput], name: &str, is_full: bool) -> ProviderError {
    let taken: Vec<String> = places.iter().map(FileInput::words).collect();
    let taken = taken.join(", ");
    let message = match (places.is_empty(), is_full) {
        (true, _) => format!("This Space takes no files, so {name} cannot be sent."),
        (false, true) => format!(
            "This Space takes one file at a time, and {name} is too many. Files go {taken}."
        ),
        (false, false) => format!("This Space does not take {name}. Files go {taken}."),
    };
    ProviderError::Unsupported(Report {
        message,
        hint: "Files that are text in UTF-8 go into the message itself.".to_owned(),
        source: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(kind: &str, props: &Value) -> FileInput {
        let config = json!({"version": "5.50.0", "dependencies": [],
            "components": [{"id": 1, "type": kind, "props": props}]});
        let app = App::read(&config).unwrap();
        FileInput::read(&app, app.component(1).unwrap()).unwrap()
    }

    fn named(names: &[&str]) -> Vec<UploadSource> {
        names.iter().map(UploadSource::at).collect()
    }

    #[test]
    fn a_file_goes_to_the_first_place_that_takes_its_kind_and_has_room() {
        let places = [
            place("image", &json!({"label": "Picture"})),
            place(
                "file",
                &json!({"file_types": [".pdf", "text"], "file_count": "multiple"}),
            ),
        ];
        let of = |names: &[&str]| assigned(&places, &named(names));
        assert_eq!(of(&["a.png"]).unwrap(), BTreeMap::from([(0, vec![0])]));
        assert_eq!(
            of(&["a.pdf", "b.JPG", "c.txt"]).unwrap(),
            BTreeMap::from([(0, vec![1]), (1, vec![0, 2])])
        );
        let refused = |names: &[&str]| of(names).unwrap_err().to_string();
        assert!(refused(&["a.png", "b.png"]).contains("b.png is too many"));
        assert!(
            refused(&["a.zip"]).contains("in Picture (image)"),
            "{}",
            refused(&["a.zip"])
        );
        assert!(
            assigned(&[], &named(&["a.zip"]))
                .unwrap_err()
                .to_string()
                .contains("no files")
        );
        assert!(take_text(&places) && !take_text(&places[..1]));
    }

    #[test]
    fn a_value_is_written_as_its_component_wants_it() {
        let file = || vec![json!({"path": "/a"})];
        for (kind, props, expected) in [
            ("image", json!({}), json!({"path": "/a"})),
            (
                "file",
                json!({"file_count": "single"}),
                json!({"path": "/a"}),
            ),
            (
                "uploadbutton",
                json!({"file_count": "multiple"}),
                json!([{"path": "/a"}]),
            ),
            (
                "gallery",
                json!({}),
                json!([{"image": {"path": "/a"}, "caption": null}]),
            ),
            (
                "video",
                json!({}),
                json!({"video": {"path": "/a"}, "subtitles": null}),
            ),
        ] {
            assert_eq!(place(kind, &props).value(file()), expected, "{kind}");
        }
    }
}
