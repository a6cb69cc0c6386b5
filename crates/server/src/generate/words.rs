//! What generated people are called and say: many scripts, both directions, short and long.

/// People on the websites, with the locale of their browser.
pub(super) const VISITORS: &[(&str, &str)] = &[
    ("Amelia Byrne", "en-IE"),
    ("Mateusz Wrona", "pl-PL"),
    ("Inês Carvalho", "pt-PT"),
    ("Jürgen Öztürk", "de-DE"),
    ("Zoë van den Heuvel", "nl-NL"),
    ("Camille Lefèvre", "fr-FR"),
    ("Lucía Peñalver", "es-ES"),
    ("Søren Ågård", "da-DK"),
    ("Çağla Şimşek", "tr-TR"),
    ("Ελένη Παππά", "el-GR"),
    ("Оксана Шевчук", "uk-UA"),
    ("ليلى منصور", "ar-EG"),
    ("נועם ברק", "he-IL"),
    ("佐藤 美咲", "ja-JP"),
    ("王 小雨", "zh-CN"),
    ("김서연", "ko-KR"),
    ("अनन्या शर्मा", "hi-IN"),
    ("Nguyễn Thị Hoa", "vi-VN"),
    ("O'Shea", "en-GB"),
    ("Bo", "sv-SE"),
];

/// What visitors write.
pub(super) const QUESTIONS: &[&str] = &[
    "Hello, is the two-person tent freestanding?",
    "My parcel says delivered but there is nothing at the door.",
    "Do you ship to the islands, and how long does it take?",
    "ok thanks",
    "?",
    "I ordered the 45 litre pack in the wrong size. I have not used it, the tags are still on, and I could drop it off \
     on Friday. Can I swap it for the smaller back length, or do I have to send it back first and order again?",
    "Guten Tag, gibt es den Kocher auch mit Ersatzdüse?",
    "Bonjour, l'adresse de livraison est fausse, pouvez-vous la corriger ?",
    "¿Cuándo vuelve a estar disponible la tienda de tres plazas?",
    "Olá! Posso pagar na entrega?",
    "Dzień dobry, czy paragon wystarczy do reklamacji?",
    "Merhaba, iade için kutusu gerekli mi?",
    "Καλησπέρα, πότε ανοίγει το κατάστημα;",
    "Доброго дня, чи можна змінити колір у замовленні?",
    "مرحبا، هل يمكنني تغيير عنوان التوصيل؟",
    "שלום, האם יש אחריות על הרוכסן?",
    "こんにちは、在庫はありますか？",
    "你好，这个背包适合女士吗？",
    "안녕하세요, 환불은 며칠 걸리나요?",
    "नमस्ते, क्या यह बारिश में चलेगा?",
    "Is <b>waterproof</b> the same as \"water resistant\" & how do I wash it?",
    "It worked 🎉🎉 thank you so much 👩🏽‍🚀",
    "https://shop.example/tents?size=2&colour=green is this one in stock?",
];

/// What operators answer.
pub(super) const ANSWERS: &[&str] = &[
    "Hello! The inner tent is; the vestibule needs two pegs or stones.",
    "I am sorry about that. I have asked the carrier and will write as soon as they answer.",
    "Two to four days, and five to the islands.",
    "You are welcome. Have a good walk!",
    "Yes, you can. Send it back within 60 days and note the size that you need on the slip; we send the other one the \
     day it arrives and pay the way back.",
    "Gerne. Die Düse liegt ab Werk bei, eine zweite kostet 6 €.",
    "C'est corrigé, le colis part demain matin.",
    "A mediados de mes. ¿Le aviso cuando llegue?",
    "Tak, wystarczy paragon albo numer zamówienia.",
    "نعم، تم تغيير العنوان.",
    "はい、ございます。本日発送できます。",
    "We are open until 18:00 today.",
];

/// Notes that only the team sees.
pub(super) const NOTES: &[&str] = &[
    "Asked the warehouse, back in stock on Tuesday.",
    "Second contact about the same parcel.",
    "Offer free delivery if it is late again.",
];

/// Pages that people look at.
pub(super) const PAGES: &[(&str, &str)] = &[
    ("/", "Home"),
    ("/tents", "Tents"),
    ("/packs", "Packs"),
    ("/stoves", "Stoves"),
    ("/delivery", "Delivery and returns"),
];

/// Browser, system and device that go together.
pub(super) const DEVICES: &[(&str, &str, &str)] = &[
    ("Chrome 142", "Windows", "desktop"),
    ("Firefox 145", "Linux", "desktop"),
    ("Safari 26", "macOS", "desktop"),
    ("Safari 26", "iOS", "phone"),
    ("Chrome 142", "Android", "phone"),
    ("Samsung Internet 29", "Android", "tablet"),
];
