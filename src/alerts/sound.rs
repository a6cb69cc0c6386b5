//! Three small sounds, made of tones: nothing is fetched for them. A browser keeps a page silent that nobody has touched yet.

use std::cell::RefCell;

use switchboard_contract::notifications::AlertSound;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioContext, AudioContextState, OscillatorType};

use crate::browser::within;

/// How long a browser that lets a page sound takes to say so, in milliseconds.
const ALLOWED_WITHIN_MS: u64 = 500;

/// A tone.
struct Tone {
    /// In hertz.
    pitch: f32,
    /// After how many seconds it begins.
    after: f64,
    /// How many seconds it takes to fade away.
    fades: f64,
    /// The colour of the tone.
    wave: OscillatorType,
    /// How loud beside the others, from 0 to 1.
    loud: f32,
}

const fn tone(pitch: f32, after: f64, fades: f64, wave: OscillatorType, loud: f32) -> Tone {
    Tone {
        pitch,
        after,
        fades,
        wave,
        loud,
    }
}

const CHIME: [Tone; 2] = [
    tone(660.0, 0.0, 0.35, OscillatorType::Sine, 0.5),
    tone(880.0, 0.14, 0.5, OscillatorType::Sine, 0.5),
];
const KNOCK: [Tone; 2] = [
    tone(180.0, 0.0, 0.09, OscillatorType::Triangle, 1.0),
    tone(150.0, 0.16, 0.11, OscillatorType::Triangle, 1.0),
];
const BELL: [Tone; 3] = [
    tone(784.0, 0.0, 1.4, OscillatorType::Sine, 0.5),
    tone(1_568.0, 0.0, 0.8, OscillatorType::Sine, 0.2),
    tone(2_352.0, 0.0, 0.4, OscillatorType::Sine, 0.1),
];

const fn tones(sound: AlertSound) -> &'static [Tone] {
    match sound {
        AlertSound::Off => &[],
        AlertSound::Chime | AlertSound::Unknown => &CHIME,
        AlertSound::Knock => &KNOCK,
        AlertSound::Bell => &BELL,
    }
}

/// The page's loudspeaker.
#[derive(Default)]
pub(super) struct Loudspeaker {
    /// Made for the first sound.
    context: RefCell<Option<AudioContext>>,
}

/// Whether a sound was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was.
    Yes,
    /// The browser waits for the person to touch the page.
    Blocked,
    /// The browser cannot sound at all.
    Never,
}

impl Loudspeaker {
    fn context(&self) -> Option<AudioContext> {
        if self.context.borrow().is_none() {
            *self.context.borrow_mut() = AudioContext::new().ok();
        }
        self.context.borrow().clone()
    }

    /// Lets a sound be heard, from silent (0) to as loud as it goes (100).
    pub(super) async fn play(&self, sound: AlertSound, volume: u8) -> Heard {
        let Some(context) = self.context() else {
            return Heard::Never;
        };
        if context.state() != AudioContextState::Running
            && let Ok(resumed) = context.resume()
        {
            // Where it is not allowed, this is answered once somebody touches the page.
            let _ = within(ALLOWED_WITHIN_MS, JsFuture::from(resumed)).await;
        }
        if context.state() != AudioContextState::Running {
            return Heard::Blocked;
        }
        // Hearing follows the logarithm: half of the way is to sound half as loud.
        let volume = f32::from(volume.min(100)) / 100.0;
        for tone in tones(sound) {
            if ring(&context, tone, volume * volume).is_err() {
                return Heard::Never;
            }
        }
        Heard::Yes
    }
}

fn ring(context: &AudioContext, tone: &Tone, volume: f32) -> Result<(), JsValue> {
    let from = context.current_time() + tone.after;
    let until = from + tone.fades;
    let (source, gain) = (context.create_oscillator()?, context.create_gain()?);
    source.set_type(tone.wave);
    source.frequency().set_value(tone.pitch);
    // From nothing within a hundredth of a second, so that it does not click.
    gain.gain().set_value_at_time(0.0, from)?;
    gain.gain()
        .linear_ramp_to_value_at_time(volume * tone.loud, from + 0.01)?;
    gain.gain().exponential_ramp_to_value_at_time(0.0001, until)?;
    source.connect_with_audio_node(&gain)?;
    gain.connect_with_audio_node(&context.destination())?;
    source.start_with_when(from)?;
    source.stop_with_when(until)
}
