//! Files that are sent with a message; the server has them by then.

use switchboard_contract::ids::AttachmentId;
use switchboard_contract::live_chat::Attachment;

use super::*;

fn file() -> Attachment {
    Attachment {
        id: AttachmentId::from_parts(Timestamp::default(), [5; 10]),
        name: "plan.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        size: 3,
        width: None,
        height: None,
    }
}

#[test]
fn files_alone_are_a_message_that_is_kept_until_the_server_has_it() {
    let mut frame = Frame::new(Remembered {
        kept: Some(kept()),
        ..Remembered::default()
    });
    frame.session(VISITOR);
    frame.request("/api/visitor/messages");
    frame.step(Event::Submit {
        random: [3; 10],
        text: "  ".to_owned(),
        files: vec![file()],
    });
    let kept = frame.out.iter().find_map(|effect| match effect {
        Effect::KeepWaiting(_, json) => Some(json.clone()),
        _ => None,
    });
    let kept = kept.expect("is kept");
    let waiting: Waiting = serde_json::from_str(&kept).expect("reads");
    assert_eq!(waiting.files, [file()]);
    let post = frame.request("/api/visitor/messages");
    let body = post.body.expect("a body");
    assert!(body.contains(&file().id.to_string()), "{body}");
    assert_eq!(frame.chat.rows().last().expect("a row").files(), [file()]);
    let before = frame.chat.rows().len();
    frame.submit(" ");
    assert_eq!(frame.chat.rows().len(), before, "nothing at all is no message");
}

#[test]
fn what_an_earlier_program_kept_has_no_files() {
    let waiting: Waiting =
        serde_json::from_value(json!({"visitor": VISITOR, "content": "Hi"})).expect("reads");
    assert_eq!(waiting.files, []);
}
