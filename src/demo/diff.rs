//! The difference between two JSON values as the operations that Gradio's server sends from protocol `sse_v2` on.
//!
//! The rules are those of Gradio 4.44: a string that grew is an `append`, any other change of a scalar replaces it
//! whole, lists are compared index by index from the front (an insertion rewrites all that follows), and surplus
//! elements are deleted by their *absolute* indexes in rising order. Servers from 5.29.1 on count each delete after the
//! one before it; this one does not, so that clients meet the older form.

use serde_json::{Value, json};

/// The operations `[action, path, value]` that turn `old` into `new`, each path beginning with `root`.
pub(super) fn diff(root: &[Value], old: &Value, new: &Value) -> Vec<Value> {
    let mut operations = Vec::new();
    compare(&mut root.to_vec(), old, new, &mut operations);
    operations
}

fn compare(path: &mut Vec<Value>, old: &Value, new: &Value, out: &mut Vec<Value>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Value::String(before), Value::String(after)) => {
            match after.strip_prefix(before.as_str()) {
                Some(tail) => out.push(json!(["append", path, tail])),
                None => out.push(json!(["replace", path, after])),
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for (index, (one, other)) in before.iter().zip(after).enumerate() {
                below(path, index.into(), |path| compare(path, one, other, out));
            }
            for index in after.len()..before.len() {
                below(path, index.into(), |path| {
                    out.push(json!(["delete", path, null]));
                });
            }
            for (index, added) in after.iter().enumerate().skip(before.len()) {
                below(path, index.into(), |path| {
                    out.push(json!(["add", path, added]));
                });
            }
        }
        (Value::Object(before), Value::Object(after)) => {
            for (key, one) in before {
                below(path, key.as_str().into(), |path| match after.get(key) {
                    Some(other) => compare(path, one, other, out),
                    None => out.push(json!(["delete", path, null])),
                });
            }
            for (key, added) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
                below(path, key.as_str().into(), |path| {
                    out.push(json!(["add", path, added]));
                });
            }
        }
        _ => out.push(json!(["replace", path, new])),
    }
}

/// Runs `work` with `step` at the end of the path.
fn below(path: &mut Vec<Value>, step: Value, work: impl FnOnce(&mut Vec<Value>)) {
    path.push(step);
    work(path);
    path.pop();
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Applies operations as a careful client does: a run of deletes from its last to its first.
    pub(in super::super) fn apply(target: &Value, operations: &[Value]) -> Value {
        let mut target = target.clone();
        let (deletes, others): (Vec<_>, Vec<_>) =
            operations.iter().partition(|op| op[0] == "delete");
        for operation in others.into_iter().chain(deletes.into_iter().rev()) {
            apply_one(&mut target, operation);
        }
        target
    }

    fn apply_one(target: &mut Value, operation: &Value) {
        let path = operation[1].as_array().unwrap();
        let value = operation[2].clone();
        let action = operation[0].as_str().unwrap();
        let Some((step, parents)) = path
            .split_last()
            .filter(|_| matches!(action, "add" | "delete"))
        else {
            let place = reach(target, path);
            *place = match action {
                "append" => json!(place.as_str().unwrap().to_owned() + value.as_str().unwrap()),
                _ => value,
            };
            return;
        };
        match (action, reach(target, parents)) {
            ("add", Value::Array(items)) => items.insert(index(step), value),
            ("add", Value::Object(map)) => {
                map.insert(step.as_str().unwrap().to_owned(), value);
            }
            (_, Value::Array(items)) => drop(items.remove(index(step))),
            (_, Value::Object(map)) => drop(map.remove(step.as_str().unwrap())),
            (action, place) => panic!("{action} on {place}"),
        }
    }

    fn reach<'a>(target: &'a mut Value, path: &[Value]) -> &'a mut Value {
        path.iter().fold(target, |place, step| match step {
            Value::String(key) => &mut place[key],
            _ => &mut place[index(step)],
        })
    }

    fn index(step: &Value) -> usize {
        usize::try_from(step.as_u64().unwrap()).unwrap()
    }

    fn samples() -> Vec<Value> {
        let bubble = |text: &str| json!([[{"id": null, "text": "q", "files": []}, [{"text": text, "files": null}, null]]]);
        vec![
            json!(null),
            json!(true),
            json!(1),
            json!(2.5),
            json!(""),
            json!("a"),
            json!("ab"),
            json!("完了 🎉"),
            json!("完了 🎉\n"),
            json!([]),
            json!(["a"]),
            json!(["b"]),
            json!(["a", "b", "c"]),
            json!([["a", 1], {"k": "v"}, null]),
            json!([[1, 2, 3], ["x"]]),
            json!({}),
            json!({"k": "v"}),
            json!({"k": "va", "l": [1]}),
            json!({"l": [1, 2, {"m": ""}]}),
            json!({"l": [{"m": "n"}], "k": null}),
            bubble("Qwen is thinking..."),
            bubble("Qwen is"),
            bubble("Qwen is thinking... no"),
            json!([[{"text": "q"}, null]]),
        ]
    }

    #[test]
    fn applying_a_difference_to_the_old_value_gives_the_new_one() {
        for old in samples() {
            for new in samples() {
                let operations = diff(&[], &old, &new);
                assert_eq!(
                    apply(&old, &operations),
                    new,
                    "{old} to {new} by {operations:?}"
                );
                assert_eq!(operations.is_empty(), old == new, "{old} to {new}");
            }
        }
    }

    #[test]
    fn surplus_elements_are_deleted_by_absolute_rising_indexes() {
        let operations = diff(&[], &json!(["a", "b", "c"]), &json!(["a"]));
        assert_eq!(
            operations,
            [json!(["delete", [1], null]), json!(["delete", [2], null])]
        );
    }

    #[test]
    fn a_string_that_grew_is_appended_to_and_any_other_is_sent_whole() {
        let root = [json!(0), json!("text")];
        assert_eq!(
            diff(&root, &json!("Hello"), &json!("Hello wor")),
            [json!(["append", [0, "text"], " wor"])]
        );
        assert_eq!(
            diff(&root, &json!("Hello"), &json!("Help")),
            [json!(["replace", [0, "text"], "Help"])]
        );
        assert_eq!(
            diff(&root, &json!("Hello"), &json!(null)),
            [json!(["replace", [0, "text"], null])]
        );
    }

    #[test]
    fn an_insertion_at_the_front_rewrites_what_follows() {
        let operations = diff(&[], &json!(["b", "c"]), &json!(["a", "b", "c"]));
        assert_eq!(
            operations,
            [
                json!(["replace", [0], "a"]),
                json!(["replace", [1], "b"]),
                json!(["add", [2], "c"])
            ]
        );
    }
}
