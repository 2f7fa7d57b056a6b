use super::*;
use proptest::prelude::*;
use serde_json::json;

fn after(start: Value, diffs: &[Value]) -> Outputs {
    let mut outputs = Outputs::default();
    outputs.set(vec![start]);
    for diff in diffs {
        outputs.apply(vec![diff.clone()]);
    }
    outputs
}

#[test]
fn equal_pieces_in_a_row_are_all_kept() {
    let wor = json!([["append", [0, 1, "text"], " wor"]]);
    let outputs = after(
        json!([[null, { "text": "Hello" }]]),
        &[wor.clone(), wor.clone(), json!([]), wor],
    );
    assert_eq!(
        outputs.get(0),
        Some(&json!([[null, { "text": "Hello wor wor wor" }]]))
    );
}

#[test]
fn a_replace_at_the_root_may_change_the_type() {
    let outputs = after(json!({"role": "user"}), &[json!([["replace", [], [1, 2]]])]);
    assert_eq!(outputs.get(0), Some(&json!([1, 2])));
}

#[test]
fn text_is_appended_to_a_root_string() {
    let outputs = after(
        json!(""),
        &[json!([["append", [], "a"]]), json!([["append", [], "b"]])],
    );
    assert_eq!(outputs.get(0), Some(&json!("ab")));
}

#[test]
fn deletes_numbered_before_the_first_one_and_at_each_step_both_work() {
    let old = json!(["a", "b", "c"]);
    let absolute = json!([["delete", [1], null], ["delete", [2], null]]);
    let shifted = json!([["delete", [1], null], ["delete", [1], null]]);
    assert_eq!(after(old.clone(), &[absolute]).get(0), Some(&json!(["a"])));
    assert_eq!(after(old, &[shifted]).get(0), Some(&json!(["a"])));
}

#[test]
fn an_operation_that_does_not_fit_leaves_the_last_good_value_until_the_whole_one() {
    for bad in [
        json!([["append", [7], "x"]]),
        json!([["append", [-1], "x"]]),
        json!([["delete", ["k"], null]]),
        json!([["add", [9], "x"]]),
        json!([["move", [0], "x"]]),
        json!("text"),
        json!([["append", [0]]]),
        json!([["append", [0], 5]]),
        json!([["add", [], 5]]),
    ] {
        let mut outputs = after(json!(["a"]), &[bad.clone(), json!([["append", [0], "b"]])]);
        assert!(outputs.is_out_of_step(0), "{bad}");
        assert_eq!(outputs.get(0), Some(&json!(["a"])), "{bad}");
        outputs.set(vec![json!(["done"])]);
        assert!(!outputs.is_out_of_step(0));
        assert_eq!(outputs.into_values(), [json!(["done"])]);
    }
}

#[test]
fn an_output_beyond_the_first_frame_starts_from_null() {
    let mut outputs = Outputs::default();
    outputs.set(vec![json!("a")]);
    outputs.apply(vec![json!([]), json!([["replace", [], "b"]])]);
    assert_eq!(outputs.get(1), Some(&json!("b")));
}

#[test]
fn diffs_cannot_nest_a_value_deeper_than_the_stack() {
    let nested = (0..100).fold(json!([null]), |inner, _| json!([inner]));
    let mut outputs = Outputs::default();
    outputs.set(vec![json!([null])]);
    for frame in 0..2000 {
        let path = vec![0; 1 + 100 * frame];
        outputs.apply(vec![json!([["replace", path, nested]])]);
    }
    assert!(outputs.is_out_of_step(0));
    assert_eq!(outputs.get(0).cloned().as_ref(), outputs.get(0));
}

/// Gradio's rules for making a diff, written down as the oracle of the property below. `shifted`
/// numbers deletes as servers since 5.29.1 do.
fn diff(old: &Value, new: &Value, path: &[Value], shifted: bool, out: &mut Vec<Value>) {
    let at = |step: Value| [path, &[step]].concat();
    match (old, new) {
        _ if old == new => {}
        (Value::String(old), Value::String(new)) => match new.strip_prefix(old.as_str()) {
            Some(tail) => out.push(json!(["append", path, tail])),
            None => out.push(json!(["replace", path, new])),
        },
        (Value::Array(old), Value::Array(new)) => {
            let both = old.len().min(new.len());
            for index in 0..both {
                diff(&old[index], &new[index], &at(json!(index)), shifted, out);
            }
            for index in both..old.len() {
                let index = if shifted { both } else { index };
                out.push(json!(["delete", at(json!(index)), null]));
            }
            for (index, item) in new.iter().enumerate().skip(both) {
                out.push(json!(["add", at(json!(index)), item]));
            }
        }
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in old {
                match new.get(key) {
                    Some(other) => diff(value, other, &at(json!(key)), shifted, out),
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

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        "[ab二]{0,4}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[xyz]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_sequence_of_diffs_gives_what_the_server_had(
        values in prop::collection::vec(any_value(), 1..6),
        shifted: bool,
    ) {
        let mut outputs = Outputs::default();
        outputs.set(vec![values[0].clone()]);
        for pair in values.windows(2) {
            let mut operations = Vec::new();
            diff(&pair[0], &pair[1], &[], shifted, &mut operations);
            outputs.apply(vec![Value::Array(operations)]);
            prop_assert!(!outputs.is_out_of_step(0));
            prop_assert_eq!(outputs.get(0), Some(&pair[1]));
        }
    }

    #[test]
    fn no_diff_whatever_it_holds_panics(start in any_value(), diffs in prop::collection::vec(any_value(), 0..4)) {
        after(start, &diffs);
    }
}

#[test]
fn an_update_without_a_value_leaves_what_was_streamed() {
    let skip = json!({"__type__": "update"});
    let shown = |outputs: &Outputs| outputs.get(0).cloned();
    for skips_by_diff in [true, false] {
        let mut outputs = Outputs::default();
        outputs.set(vec![json!(["one"]), json!("")]);
        outputs.apply(vec![json!([["append", [0], " two"]]), json!([])]);
        if skips_by_diff {
            outputs.apply(vec![json!([["replace", [], skip]]), json!([])]);
            assert_eq!(shown(&outputs), Some(json!(["one two"])));
        }
        outputs.set(vec![
            skip.clone(),
            json!({"__type__": "update", "interactive": true}),
        ]);
        assert_eq!(shown(&outputs), Some(json!(["one two"])));
        outputs.set(vec![skip.clone(), skip.clone()]);
        assert_eq!(outputs.into_values(), [json!(["one two"]), json!("")]);
    }
    // What was never anything stays an update, for who knows the component.
    let mut outputs = Outputs::default();
    outputs.set(vec![skip.clone()]);
    assert_eq!(shown(&outputs), Some(skip));
    outputs.set(vec![json!("new")]);
    assert_eq!(shown(&outputs), Some(json!("new")));
}
