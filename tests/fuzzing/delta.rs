//! Diffs of output values. Each line of an input is JSON: the first the values that stand at the beginning, every other
//! a frame of diffs. For every input the values equal those of a simple model that rebuilds each value; and a diff of
//! the first two lines by the server's rules turns the first into the second.

use serde_json::{Value, json};
use spacechat::testing::gradio::Outputs;

/// How deep no value ever gets: as deep as JSON is read, below a path of the greatest length.
const DEEPEST: usize = 300;

pub fn check(input: &[u8]) {
    let lines = input.split(|byte| *byte == b'\n');
    let values: Vec<Value> = lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    if let [Value::Array(start), frames @ ..] = values.as_slice() {
        check_frames(start, frames);
    }
    if let [old, new, ..] = values.as_slice() {
        for is_shifted in [false, true] {
            let mut operations = Vec::new();
            diff(old, new, &[], is_shifted, &mut operations);
            let mut outputs = Outputs::default();
            outputs.set(vec![old.clone()]);
            outputs.apply(vec![Value::Array(operations)]);
            assert_eq!(outputs.get(0), Some(new), "shifted: {is_shifted}");
            assert!(!outputs.is_out_of_step(0));
        }
    }
}

fn check_frames(start: &[Value], frames: &[Value]) {
    let mut outputs = Outputs::default();
    outputs.set(start.to_vec());
    let mut model: Vec<(Value, bool)> = start.iter().map(|value| (value.clone(), true)).collect();
    for diffs in frames.iter().filter_map(Value::as_array) {
        outputs.apply(diffs.clone());
        if model.len() < diffs.len() {
            model.resize(diffs.len(), (Value::Null, true));
        }
        for ((value, is_in_step), diff) in model.iter_mut().zip(diffs) {
            *is_in_step = *is_in_step && follow(value, diff).is_some();
        }
        for (index, (value, is_in_step)) in model.iter().enumerate() {
            assert_eq!(outputs.get(index), Some(value), "output {index}");
            assert_eq!(outputs.is_out_of_step(index), !is_in_step, "output {index}");
            assert!(depth(value) <= DEEPEST);
        }
    }
    let values: Vec<Value> = model.into_iter().map(|(value, _)| value).collect();
    assert_eq!(outputs.into_values(), values);
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

type Operation<'a> = (&'a str, &'a [Value], &'a Value);

/// Applies a diff; `None` where it does not fit, which leaves the value as it was just before.
fn follow(value: &mut Value, diff: &Value) -> Option<()> {
    let operations = diff.as_array()?.iter().map(read);
    let operations: Vec<Operation> = operations.collect::<Option<_>>()?;
    let mut rest = operations.as_slice();
    while let Some((first, after)) = rest.split_first() {
        // Deletes that count upwards in one list name its elements as they stood before the first.
        let mut run = vec![*first];
        run.extend(after.iter().scan(*first, |last, next| {
            let is_next = index(*last)? < index(*next)? && parent(*last) == parent(*next);
            *last = *next;
            is_next.then_some(*next)
        }));
        rest = &rest[run.len()..];
        for operation in run.into_iter().rev() {
            *value = changed(value, operation.1, operation)?;
        }
    }
    Some(())
}

fn read(operation: &Value) -> Option<Operation<'_>> {
    let [action, path, value] = operation.as_array()?.as_slice() else {
        return None;
    };
    let (action, path) = (action.as_str()?, path.as_array()?.as_slice());
    let is_known = ["replace", "append", "add", "delete"].contains(&action);
    (is_known && path.len() <= 128).then_some((action, path, value))
}

/// The element of a list that an operation deletes.
fn index((action, path, _): Operation) -> Option<u64> {
    path.last()
        .filter(|_| action == "delete")
        .and_then(Value::as_u64)
}

fn parent((_, path, _): Operation<'_>) -> Option<&[Value]> {
    path.split_last().map(|(_, parent)| parent)
}

/// The value with an operation applied at the end of `path`.
fn changed(value: &Value, path: &[Value], operation: Operation) -> Option<Value> {
    let (action, _, new) = operation;
    let at_child = |child: Option<&Value>, path: &[Value]| changed(child?, path, operation);
    match (value, path) {
        (Value::String(old), []) if action == "append" => {
            Some(Value::String(old.clone() + new.as_str()?))
        }
        (Value::Array(old), []) if action == "append" => {
            Some(Value::Array([old.as_slice(), new.as_array()?].concat()))
        }
        (_, []) => (action == "replace").then(|| new.clone()),
        (Value::Object(fields), [Value::String(key), rest @ ..]) => {
            let mut fields = fields.clone();
            match (action, rest) {
                ("replace" | "add", []) => fields.insert(key.clone(), new.clone()),
                ("delete", []) => Some(fields.remove(key)?),
                _ => fields.insert(key.clone(), at_child(fields.get(key), rest)?),
            };
            Some(Value::Object(fields))
        }
        (Value::Array(items), [step, rest @ ..]) => {
            let at = usize::try_from(step.as_u64()?).ok()?;
            let (before, after) = items.split_at_checked(at)?;
            let (kept, middle) = match (action, rest) {
                ("add", []) => (after, Some(new.clone())),
                ("delete", []) => (after.get(1..)?, None),
                _ => (after.get(1..)?, Some(at_child(after.first(), rest)?)),
            };
            let middle: Vec<Value> = middle.into_iter().collect();
            Some(Value::Array([before, &middle, kept].concat()))
        }
        _ => None,
    }
}

/// Gradio's rules for making a diff; `is_shifted` numbers deletes as servers since 5.29.1 do.
fn diff(old: &Value, new: &Value, path: &[Value], is_shifted: bool, out: &mut Vec<Value>) {
    let at = |step: Value| [path, &[step]].concat();
    match (old, new) {
        _ if old == new => {}
        (Value::String(old), Value::String(new)) if new.starts_with(old) => {
            out.push(json!(["append", path, new[old.len()..]]));
        }
        (Value::Array(old), Value::Array(new)) => {
            let both = old.len().min(new.len());
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                diff(old, new, &at(json!(index)), is_shifted, out);
            }
            for index in both..old.len() {
                let index = if is_shifted { both } else { index };
                out.push(json!(["delete", at(json!(index)), null]));
            }
            for (index, item) in new.iter().enumerate().skip(both) {
                out.push(json!(["add", at(json!(index)), item]));
            }
        }
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in old {
                match new.get(key) {
                    Some(other) => diff(value, other, &at(json!(key)), is_shifted, out),
                    None => out.push(json!(["delete", at(json!(key)), null])),
                }
            }
            for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                out.push(json!(["add", at(json!(key)), value]));
            }
        }
        _ => out.push(json!(["replace", path, new])),
    }
}
