//! Which conversation is come to, when its reading took long, and which are given up.

use super::*;

#[test]
fn what_was_used_least_recently_is_given_up_first() {
    let mut user = User::new();
    let ids: Vec<_> = (0..20)
        .map(|_| crate::chat::ConversationId::new())
        .collect();
    for id in &ids {
        user.tell(saved(*id, &["x"]));
        // The first is come back to again and again.
        user.tell(saved(ids[0], &["x"]));
    }
    let open = |id: &&crate::chat::ConversationId| user.model.opened(**id).is_some();
    let kept: Vec<_> = ids.iter().filter(open).collect();
    let expected: Vec<_> = ids[..1].iter().chain(&ids[5..]).collect();
    assert_eq!(kept, expected);
}
