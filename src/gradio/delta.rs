//! Output values rebuilt from the diffs that a streaming server sends.
//!
//! The first `process_generating` of an event holds each output whole; later ones hold, for each
//! output, a list of operations `[action, path, value]` (protocols `sse_v2` to `sse_v3`; Gradio's
//! `utils.diff`); `process_completed` holds the values whole again. [`Outputs`] keeps the values
//! and applies the operations. It never guesses from the shape whether something is a diff: that is
//! decided by the protocol and by what came before.

use crate::http::json::weight;
use serde_json::Value;

/// The longest path of an operation. JSON is read no deeper than 128, so that a value is at most twice as deep: without
/// a limit, one diff after another could nest a value until traversing it exhausts the stack.
const LONGEST_PATH: usize = 128;

/// The outputs of one event, as far as they have been received.
#[derive(Debug, Default)]
pub struct Outputs {
    values: Vec<OutputValue>,
    /// The most that all values can take, in bytes, without measuring them.
    bound: usize,
}

#[derive(Debug, Default)]
struct OutputValue {
    value: Value,
    /// What the component shows, while `value` is an update that leaves it as it is.
    left: Option<Value>,
    out_of_step: bool,
}

impl OutputValue {
    /// Takes a whole value.
    fn set(&mut self, value: Value) {
        let before = std::mem::replace(&mut self.value, value);
        self.out_of_step = false;
        if !leaves_value(&self.value) {
            self.left = None;
        } else if !leaves_value(&before) && !before.is_null() {
            self.left = Some(before);
        }
    }
}

/// Whether this is an update without a value (`gr.skip()`, `gr.update(interactive=True)`): what the
/// component shows stays as it was streamed.
fn leaves_value(value: &Value) -> bool {
    value.get("__type__").and_then(Value::as_str) == Some("update") && value.get("value").is_none()
}

impl Outputs {
    /// Takes whole values, of a first frame or a completed message. Every output is in step again.
    pub fn set(&mut self, data: Vec<Value>) {
        self.bound = data.iter().map(weight).sum();
        self.values.resize_with(data.len(), OutputValue::default);
        for (output, value) in self.values.iter_mut().zip(data) {
            output.set(value);
        }
    }

    /// Applies one frame of diffs: `diffs[i]` is the list of operations for output `i`. An output
    /// beyond those known starts from null. An operation that does not fit leaves its output at the
    /// last good value and marks it as out of step; further operations on it are ignored until
    /// [`Outputs::set`].
    pub fn apply(&mut self, diffs: Vec<Value>) {
        self.bound += diffs.iter().map(weight).sum::<usize>();
        for (index, diff) in diffs.into_iter().enumerate() {
            if index >= self.values.len() {
                self.values.push(OutputValue::default());
            }
            let output = &mut self.values[index];
            let diff = match whole(diff) {
                Ok(value) => {
                    if !output.out_of_step {
                        output.set(value);
                    }
                    continue;
                }
                Err(diff) => diff,
            };
            if !output.out_of_step && apply_diff(&mut output.value, diff).is_none() {
                output.out_of_step = true;
            }
        }
    }

    /// Whether all values together take at most `budget` bytes, as [`crate::http::json`] weighs them. They are
    /// measured only where what came since could exceed it.
    pub fn fit_in(&mut self, budget: usize) -> bool {
        if self.bound > budget {
            self.bound = self
                .values
                .iter()
                .map(|output| weight(&output.value) + output.left.as_ref().map_or(0, weight))
                .sum();
        }
        self.bound <= budget
    }

    /// The most that all values can take, in bytes, as [`crate::http::json`] weighs them.
    pub fn bound(&self) -> usize {
        self.bound
    }

    /// The value of output `index`, in the order of the dependency's outputs. Where the app sent an update
    /// without a value, the one before it.
    pub fn get(&self, index: usize) -> Option<&Value> {
        let output = self.values.get(index)?;
        Some(output.left.as_ref().unwrap_or(&output.value))
    }

    /// Whether output `index` missed an operation, so that its value is wrong until the end.
    pub fn is_out_of_step(&self, index: usize) -> bool {
        self.values
            .get(index)
            .is_some_and(|output| output.out_of_step)
    }

    /// A copy of all values, in the order of the dependency's outputs.
    pub fn values(&self) -> Vec<Value> {
        let values = self.values.iter();
        values
            .map(|output| output.left.as_ref().unwrap_or(&output.value).clone())
            .collect()
    }

    /// All values, in the order of the dependency's outputs.
    pub fn into_values(self) -> Vec<Value> {
        self.values
            .into_iter()
            .map(|output| output.left.unwrap_or(output.value))
            .collect()
    }
}

/// The value of a diff that replaces all of an output; the diff itself otherwise.
fn whole(diff: Value) -> Result<Value, Value> {
    let is_whole = diff.as_array().is_some_and(|operations| {
        let [operation] = operations.as_slice() else {
            return false;
        };
        operation.get(0).and_then(Value::as_str) == Some("replace")
            && operation.get(1) == Some(&Value::Array(Vec::new()))
            && operation.as_array().is_some_and(|parts| parts.len() == 3)
    });
    match diff {
        Value::Array(mut operations) if is_whole => Ok(operations[0][2].take()),
        diff => Err(diff),
    }
}

/// One operation of a diff.
struct Operation {
    action: Action,
    path: Vec<Value>,
    value: Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Replace,
    Append,
    Add,
    Delete,
}

impl Operation {
    fn read(value: Value) -> Option<Self> {
        let Value::Array(parts) = value else {
            return None;
        };
        let [action, path, value] = <[Value; 3]>::try_from(parts).ok()?;
        let action = match action.as_str()? {
            "replace" => Action::Replace,
            "append" => Action::Append,
            "add" => Action::Add,
            "delete" => Action::Delete,
            _ => return None,
        };
        let Value::Array(path) = path else {
            return None;
        };
        (path.len() <= LONGEST_PATH).then_some(Self {
            action,
            path,
            value,
        })
    }

    /// The array index that this deletes and the path to that array.
    fn deleted_index(&self) -> Option<(&[Value], u64)> {
        if self.action != Action::Delete {
            return None;
        }
        let (last, parent) = self.path.split_last()?;
        Some((parent, last.as_u64()?))
    }
}

/// Applies the operations to a copy-free `target`; `None` as soon as one does not fit.
fn apply_diff(target: &mut Value, diff: Value) -> Option<()> {
    let Value::Array(operations) = diff else {
        return None;
    };
    let mut operations: Vec<Operation> = operations
        .into_iter()
        .map(Operation::read)
        .collect::<Option<_>>()?;
    order_deletes(&mut operations);
    operations
        .into_iter()
        .try_for_each(|operation| apply(target, operation))
}

/// Servers before Gradio 5.29.1 number the elements to delete as they stood before the first
/// delete, ascending; later ones as they stand at each step. A run of deletes in one array with
/// strictly ascending indexes is of the first kind, and is right when it is applied backwards.
fn order_deletes(operations: &mut [Operation]) {
    let mut start = 0;
    while start < operations.len() {
        let mut end = start + 1;
        if operations[start].deleted_index().is_some() {
            while end < operations.len() && ascends(&operations[end - 1], &operations[end]) {
                end += 1;
            }
        }
        operations[start..end].reverse();
        start = end;
    }
}

fn ascends(first: &Operation, second: &Operation) -> bool {
    match (first.deleted_index(), second.deleted_index()) {
        (Some((parent, index)), Some((other, next))) => parent == other && index < next,
        _ => false,
    }
}

fn apply(target: &mut Value, operation: Operation) -> Option<()> {
    let Operation {
        action,
        path,
        value,
    } = operation;
    let Some((last, parents)) = path.split_last() else {
        return apply_at_root(target, action, value);
    };
    let mut parent = target;
    for step in parents {
        parent = child(parent, step)?;
    }
    match (parent, last) {
        (Value::Object(map), Value::String(key)) => match action {
            Action::Replace | Action::Add => {
                map.insert(key.clone(), value);
            }
            Action::Append => append(map.get_mut(key)?, value)?,
            Action::Delete => {
                map.remove(key)?;
            }
        },
        (Value::Array(items), Value::Number(index)) => {
            let index = usize::try_from(index.as_u64()?).ok()?;
            match action {
                Action::Add if index <= items.len() => items.insert(index, value),
                Action::Delete if index < items.len() => {
                    items.remove(index);
                }
                Action::Replace => *items.get_mut(index)? = value,
                Action::Append => append(items.get_mut(index)?, value)?,
                Action::Add | Action::Delete => return None,
            }
        }
        _ => return None,
    }
    Some(())
}

fn apply_at_root(target: &mut Value, action: Action, value: Value) -> Option<()> {
    match action {
        Action::Replace => *target = value,
        Action::Append => append(target, value)?,
        Action::Add | Action::Delete => return None,
    }
    Some(())
}

fn child<'a>(value: &'a mut Value, step: &Value) -> Option<&'a mut Value> {
    match (value, step) {
        (Value::Object(map), Value::String(key)) => map.get_mut(key),
        (Value::Array(items), Value::Number(index)) => {
            items.get_mut(usize::try_from(index.as_u64()?).ok()?)
        }
        _ => None,
    }
}

/// The server only appends text to text; its own client would also join lists, so this does.
fn append(target: &mut Value, value: Value) -> Option<()> {
    match (target, value) {
        (Value::String(text), Value::String(more)) => text.push_str(&more),
        (Value::Array(items), Value::Array(more)) => items.extend(more),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests;
