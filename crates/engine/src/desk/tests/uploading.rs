//! Files go before the message that they belong to.

use switchboard_contract::ids::AttachmentId;
use switchboard_contract::problem::FieldErrors;

use super::*;
use crate::store::File;

fn file(n: u8) -> File {
    File {
        id: AttachmentId::from_parts(Timestamp::default(), [n; 10]),
        name: format!("text {n}.pdf"),
        media_type: "application/pdf".to_owned(),
        size: 10,
    }
}

impl Browser {
    fn send_files(&mut self, tab: usize, n: u8, files: &[u8]) -> Vec<Effect> {
        let deed = Deed::Send {
            content: format!("text {n}"),
            visibility: Visibility::Public,
            mentions: Vec::new(),
            attachments: files.iter().map(|n| file(*n)).collect(),
            hold_ms: 0,
        };
        let (id, conversation) = (action(n), id());
        self.step_tab(
            tab,
            Event::Do {
                id,
                conversation,
                deed,
            },
        )
    }

    fn attempted(&mut self, generation: u64, outcome: Attempt) -> Vec<Effect> {
        self.step(Event::Attempted { generation, outcome })
    }
}

fn uploads(out: &[Effect]) -> Vec<(u64, AttachmentId)> {
    requests(out)
        .into_iter()
        .filter_map(|(generation, request)| match request {
            Request::Upload { file, .. } => Some((generation, file.id)),
            _ => None,
        })
        .collect()
}

fn stored(request: &SendMessage) -> Attempt {
    let mut message = message(3);
    message.id = request.id;
    Attempt::Sent(Box::new(SendResult {
        message,
        position: position(12),
    }))
}

#[test]
fn each_file_goes_first_and_the_message_names_them_in_order() {
    let mut browser = Browser::new(1);
    let out = browser.send_files(0, 7, &[1, 2]);
    assert!(sends(&out).is_empty(), "not before its files");
    let (generation, first) = uploads(&out)[0];
    let out = browser.attempted(generation, Attempt::Uploaded);
    let (generation, second) = uploads(&out)[0];
    assert_eq!([first, second], [file(1).id, file(2).id]);
    let out = browser.attempted(generation, Attempt::Uploaded);
    let (generation, request) = sends(&out).pop().expect("sends");
    assert_eq!(request.attachments, [file(1).id, file(2).id]);
    browser.attempted(generation, stored(&request));
    assert!(browser.tabs[0].queue().is_empty());
    assert!(browser.store.entries.is_empty());
}

#[test]
fn what_is_uploaded_is_not_uploaded_again_and_a_lost_answer_is_asked_for_again() {
    let mut browser = Browser::new(1);
    let out = browser.send_files(0, 7, &[1, 2]);
    let (generation, _) = uploads(&out)[0];
    let out = browser.attempted(generation, Attempt::Uploaded);
    let (generation, _) = uploads(&out)[0];
    browser.attempted(generation, Attempt::Failed(Outcome::Unsure { wait_ms: 0 }));
    let out = browser.step(Event::Authorised);
    let (generation, again) = uploads(&out)[0];
    assert_eq!(again, file(2).id);
    let out = browser.attempted(generation, Attempt::Uploaded);
    assert_eq!(sends(&out).len(), 1);
}

#[test]
fn the_next_message_waits_for_the_files_of_the_one_before() {
    let mut browser = Browser::new(1);
    let out = browser.send_files(0, 7, &[1]);
    assert!(requests(&browser.send(0, 8)).is_empty());
    let (generation, _) = uploads(&out)[0];
    let out = browser.attempted(generation, Attempt::Uploaded);
    let (generation, request) = sends(&out).pop().expect("sends");
    let out = browser.attempted(generation, stored(&request));
    let (_, next) = sends(&out).pop().expect("sends");
    assert_eq!(next.after_id, Some(request.id));
}

#[test]
fn giving_up_ends_the_upload_and_the_server_is_told() {
    let mut browser = Browser::new(2);
    let out = browser.send_files(0, 7, &[1]);
    let (generation, _) = uploads(&out)[0];
    // By another tab than the one that uploads.
    browser.step_tab(1, Event::Discard(action(7)));
    let ended = |(tab, effect): &(usize, Effect)| *tab == 0 && *effect == Effect::Abandon { generation };
    assert!(browser.wanted.iter().any(ended), "{:?}", browser.wanted);
    let out = browser.step(Event::Authorised);
    let taken_back = browser.wanted.iter().map(|(_, effect)| effect).chain(&out);
    let back = taken_back.cloned().collect::<Vec<_>>();
    let (generation, _) = requests(&back)
        .into_iter()
        .find(|(_, request)| matches!(request, Request::TakeBack(_)))
        .expect("takes back");
    // The answer to what was given up comes too late for anything.
    assert!(requests(&browser.attempted(1, Attempt::Uploaded)).is_empty());
    browser.attempted(generation, Attempt::TakenBack);
    assert!(browser.store.entries.is_empty());
}

#[test]
fn files_that_the_server_let_go_of_are_uploaded_once_more() {
    let mut browser = Browser::new(1);
    let out = browser.send_files(0, 7, &[1]);
    let out = browser.attempted(uploads(&out)[0].0, Attempt::Uploaded);
    let (generation, _) = sends(&out).pop().expect("sends");
    let fields = FieldErrors::from([("attachments".to_owned(), vec!["gone".to_owned()])]);
    browser.attempted(generation, refused(Problem::validation(fields)));
    let out = browser.step(Event::Retry(action(7)));
    let (generation, _) = uploads(&out)[0];
    let out = browser.attempted(generation, Attempt::Uploaded);
    assert_eq!(sends(&out).len(), 1);
}

#[test]
fn a_file_that_is_refused_leaves_the_message_for_the_person_to_decide() {
    let mut browser = Browser::new(1);
    let out = browser.send_files(0, 7, &[1]);
    let problem = Problem::new(ProblemCode::BodyTooLarge, "too large");
    browser.attempted(uploads(&out)[0].0, refused(problem));
    let queued = browser.tabs[0].queue().all().next().expect("waits");
    assert!(matches!(queued.state, queue::State::Blocked(_)));
    assert_eq!(browser.tabs[0].queue().file_bytes(), 10);
    let out = browser.step(Event::Discard(action(7)));
    assert!(matches!(requests(&out)[..], [(_, Request::TakeBack(_))]));
}

#[test]
fn a_reload_uploads_again_and_sends_once() {
    let mut browser = Browser::new(1);
    let out = browser.send_files(0, 7, &[1]);
    browser.attempted(uploads(&out)[0].0, Attempt::Uploaded);
    let kept = browser.store.clone();
    let mut next = Browser::new(0);
    next.store = kept;
    next.open_tab(0, member(1));
    let out = next.step(Event::Start { erase: false });
    let (generation, again) = uploads(&out)[0];
    assert_eq!(again, file(1).id);
    let out = next.attempted(generation, Attempt::Uploaded);
    assert_eq!(sends(&out).len(), 1);
}
