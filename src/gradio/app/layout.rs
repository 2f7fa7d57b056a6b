//! Which component stands within which: `layout` of `/config`, a tree of numbers.

use super::{Component, ComponentId};
use serde_json::Value;
use std::collections::HashMap;

/// The parent of each component.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Layout {
    parents: HashMap<ComponentId, ComponentId>,
}

impl Layout {
    /// Reads the tree, at most `most` of its entries.
    pub(super) fn read(config: &Value, most: usize) -> Self {
        let mut parents = HashMap::new();
        let mut open: Vec<(Option<ComponentId>, &Value)> = config
            .get("layout")
            .map(|root| (None, root))
            .into_iter()
            .collect();
        while let Some((parent, node)) = open.pop() {
            let id = node.get("id").and_then(Value::as_i64);
            if let (Some(id), Some(parent)) = (id, parent) {
                parents.entry(id).or_insert(parent);
            }
            let children = node.get("children").and_then(Value::as_array);
            for child in children.into_iter().flatten() {
                if parents.len() + open.len() < most {
                    open.push((id, child));
                }
            }
        }
        Self { parents }
    }

    /// The ancestors of `id`, the nearest first. It always ends, even if the app's tree has a loop.
    pub(super) fn around(&self, id: ComponentId) -> impl Iterator<Item = ComponentId> {
        let next = |id: &ComponentId| self.parents.get(id).copied();
        std::iter::successors(next(&id), next).take(self.parents.len().min(128))
    }
}

impl Component {
    /// Whether it is shown, by its own property: `visible` is false, or `"hidden"` from Gradio 6 on, where not.
    pub fn is_shown(&self) -> bool {
        let visible = self.props.get("visible");
        visible != Some(&Value::Bool(false)) && visible.and_then(Value::as_str) != Some("hidden")
    }

    /// Whether it is the page of a tab.
    pub(super) fn is_tab(&self) -> bool {
        matches!(self.kind.as_str(), "tabitem" | "tab")
    }
}
