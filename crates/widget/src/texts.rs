//! What people read in the frame, by language. A language is one more table; the visitor's own is taken when there is one.

/// The texts of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Texts {
    /// Primary language subtag, such as `en`.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// The frame's heading.
    pub title: &'static str,
    /// Name of the region.
    pub chat: &'static str,
    /// Name of the log.
    pub messages: &'static str,
    /// Name of the textbox.
    pub message: &'static str,
    /// Hint in the empty textbox.
    pub placeholder: &'static str,
    /// Name of the button that sends.
    pub send: &'static str,
    /// Name of the button that closes the chat.
    pub close: &'static str,
    /// Button above the log.
    pub earlier: &'static str,
    /// Who wrote, for the visitor's own messages.
    pub you: &'static str,
    /// Who wrote, when an operator has no name.
    pub team: &'static str,
    /// A message is on its way.
    pub sending: &'static str,
    /// The server has it.
    pub sent: &'static str,
    /// An operator has read it.
    pub read: &'static str,
    /// The server refused it.
    pub not_sent: &'static str,
    /// Button on a refused message.
    pub retry: &'static str,
    /// Button on a refused message.
    pub discard: &'static str,
    /// Behind the name of whoever types.
    pub is_typing: &'static str,
    /// The first connection is on its way.
    pub connecting: &'static str,
    /// The conversation is over.
    pub over: &'static str,
    /// No connection, nothing waits.
    pub offline: &'static str,
    /// No connection, and something waits.
    pub waits: &'static str,
    /// The visitor writes faster than the server takes.
    pub slowed: &'static str,
    /// The website or the server refuses this visitor.
    pub refused: &'static str,
    /// A newer program is there: the page has to be loaded again.
    pub outdated: &'static str,
    /// What was typed is over the limit.
    pub too_long: &'static str,
    /// Button that asks for files.
    pub attach: &'static str,
    /// Name of the list of attached files.
    pub files: &'static str,
    /// Button on an attached file.
    pub remove: &'static str,
    /// A file does not fit.
    pub unfit: &'static str,
    /// A file did not come.
    pub not_loaded: &'static str,
    /// Asked once the conversation is over.
    pub rate: &'static str,
    /// An answer to that.
    pub good: &'static str,
    /// An answer to that.
    pub bad: &'static str,
    /// Asked once it was answered.
    pub rated: &'static str,
    /// Name of the box for that.
    pub comment: &'static str,
    /// Button beside it.
    pub send_comment: &'static str,
    /// Said once words came with it.
    pub thanks: &'static str,
    /// Nobody could be reached.
    pub not_rated: &'static str,
    /// Nobody is there at this hour.
    pub away: &'static str,
    /// Button below what is asked before the first message.
    pub begin: &'static str,
    /// A question has to be answered.
    pub required: &'static str,
    /// Not an address.
    pub bad_email: &'static str,
    /// An answer that is too long, or holds what cannot be read.
    pub bad_answer: &'static str,
    /// Whose software it is.
    pub powered: &'static str,
}

const ENGLISH: Texts = Texts {
    language: "en",
    direction: "ltr",
    title: "Chat with us",
    chat: "Chat",
    messages: "Messages",
    message: "Message",
    placeholder: "Write a message",
    send: "Send",
    close: "Close chat",
    earlier: "Show earlier messages",
    you: "You",
    team: "Team",
    sending: "Sending…",
    sent: "Sent",
    read: "Read",
    not_sent: "Not sent",
    retry: "Retry",
    discard: "Discard",
    is_typing: " is typing…",
    connecting: "Connecting…",
    over: "This conversation is over. Your next message begins a new one.",
    offline: "No connection. Trying again…",
    waits: "Your message waits for the connection",
    slowed: "You are sending more than can be taken right now. What waits goes out by itself in a moment.",
    refused: "Chat is not available right now",
    outdated: "Chat was updated. Reload the page to go on.",
    too_long: "This is too long: use at most 10,000 characters.",
    attach: "Attach files",
    files: "Attached files",
    remove: "Remove",
    unfit: "Send at most 10 files, none of them empty or over 10 MB.",
    not_loaded: "The file could not be loaded. Press to try again.",
    rate: "How was this conversation?",
    good: "Good",
    bad: "Bad",
    rated: "Thank you. Would you like to say more?",
    comment: "Your comment",
    send_comment: "Send comment",
    thanks: "Thank you for telling us.",
    not_rated: "This did not get through. Try again.",
    away: "Nobody is here right now. Leave a message, and we will answer as soon as we are back.",
    begin: "Start chat",
    required: "Fill in this field.",
    bad_email: "Enter an email address, such as name@example.com.",
    bad_answer: "This is too long, or cannot be read.",
    powered: "Powered by Switchboard",
};

const ARABIC: Texts = Texts {
    language: "ar",
    direction: "rtl",
    title: "تحدث معنا",
    chat: "محادثة",
    messages: "الرسائل",
    message: "رسالة",
    placeholder: "اكتب رسالة",
    send: "إرسال",
    close: "إغلاق المحادثة",
    earlier: "عرض الرسائل السابقة",
    you: "أنت",
    team: "الفريق",
    sending: "جارٍ الإرسال…",
    sent: "أُرسلت",
    read: "قُرئت",
    not_sent: "لم تُرسل",
    retry: "إعادة المحاولة",
    discard: "تجاهل",
    is_typing: " يكتب…",
    connecting: "جارٍ الاتصال…",
    over: "انتهت هذه المحادثة. رسالتك التالية تبدأ محادثة جديدة.",
    offline: "لا يوجد اتصال. جارٍ إعادة المحاولة…",
    waits: "رسالتك تنتظر الاتصال",
    slowed: "أنت ترسل أكثر مما يمكن استقباله الآن. ما ينتظر سيُرسل تلقائيًا بعد قليل.",
    refused: "المحادثة غير متاحة الآن",
    outdated: "تم تحديث المحادثة. أعد تحميل الصفحة للمتابعة.",
    too_long: "النص طويل جدًا: الحد الأقصى 10,000 حرف.",
    attach: "إرفاق ملفات",
    files: "الملفات المرفقة",
    remove: "إزالة",
    unfit: "أرسل 10 ملفات على الأكثر، ليس بينها ملف فارغ أو أكبر من 10 ميغابايت.",
    not_loaded: "تعذر تحميل الملف. اضغط للمحاولة مرة أخرى.",
    rate: "كيف كانت هذه المحادثة؟",
    good: "جيدة",
    bad: "سيئة",
    rated: "شكرًا لك. هل تود إضافة شيء؟",
    comment: "تعليقك",
    send_comment: "إرسال التعليق",
    thanks: "شكرًا لإخبارنا.",
    not_rated: "لم يصل هذا. حاول مرة أخرى.",
    away: "لا أحد هنا الآن. اترك رسالة وسنجيب فور عودتنا.",
    begin: "ابدأ المحادثة",
    required: "املأ هذا الحقل.",
    bad_email: "أدخل عنوان بريد إلكتروني مثل name@example.com.",
    bad_answer: "النص طويل جدًا أو لا يمكن قراءته.",
    powered: "يعمل بواسطة Switchboard",
};

const ALL: [&Texts; 2] = [&ENGLISH, &ARABIC];

/// The texts for a visitor whose browser prefers these languages, the first that there is; English otherwise.
pub fn preferred<'l>(languages: impl IntoIterator<Item = &'l str>) -> &'static Texts {
    languages
        .into_iter()
        .find_map(|tag| {
            let primary = tag.split(['-', '_']).next().unwrap_or_default();
            ALL.into_iter()
                .find(|texts| texts.language.eq_ignore_ascii_case(primary))
        })
        .unwrap_or(&ENGLISH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use switchboard_contract::live_chat::MAX_MESSAGE_CHARS;

    #[test]
    fn the_first_language_that_there_is() {
        assert_eq!(preferred(["tlh", "EN-gb"]).language, "en");
        assert_eq!(preferred(["ar-EG"]).direction, "rtl");
        assert_eq!(preferred([]).language, "en");
        assert_eq!(preferred(["", "x"]).language, "en");
    }

    #[test]
    fn the_limit_in_words_is_the_limit() {
        assert_eq!(MAX_MESSAGE_CHARS, 10_000);
        assert!(ALL.iter().all(|texts| texts.too_long.contains("10,000")));
    }
}
