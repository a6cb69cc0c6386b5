//! Colours of the widget, and whether text in one can be read on another.

use std::fmt;

/// Text is to stand out from what is behind it at least this much (WCAG 2.2, 1.4.3 *Contrast (Minimum)*).
pub const MIN_CONTRAST: f64 = 4.5;

/// A colour without transparency, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    /// 0 to 255.
    pub red: u8,
    /// 0 to 255.
    pub green: u8,
    /// 0 to 255.
    pub blue: u8,
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self::grey(0);
    /// White.
    pub const WHITE: Self = Self::grey(255);

    const fn grey(value: u8) -> Self {
        Self {
            red: value,
            green: value,
            blue: value,
        }
    }

    /// Reads `#rrggbb`, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        let part = |from: usize| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self {
            red: part(0)?,
            green: part(2)?,
            blue: part(4)?,
        })
    }

    /// Relative luminance, from 0 for black to 1 for white, as WCAG defines it for sRGB.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// How much one colour stands out from the other, from 1 (not at all) to 21; the same either way.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Whether text in `self` can be read on `behind`.
    #[must_use]
    pub fn reads_on(self, behind: Self) -> bool {
        self.contrast(behind) >= MIN_CONTRAST
    }

    /// The colour nearest to `behind`, on its way to black or to white, on which text in `self` can be read.
    #[must_use]
    pub fn readable_ground(self, behind: Self) -> Self {
        let towards = |end: Self| {
            (0..=100)
                .map(move |percent| (percent, behind.mixed(end, percent)))
                .find(|(_, ground)| self.reads_on(*ground))
        };
        let (darker, lighter) = (towards(Self::BLACK), towards(Self::WHITE));
        match (darker, lighter) {
            (Some(dark), Some(light)) if dark.0 <= light.0 => dark.1,
            (_, Some((_, light))) => light,
            (Some((_, dark)), None) => dark,
            // Does not happen: any colour stands out from one of the two.
            (None, None) => self.best_text(),
        }
    }

    /// Black or white, whichever is read better on `self`: one of them always can be.
    #[must_use]
    pub fn best_text(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }

    fn mixed(self, end: Self, percent: u16) -> Self {
        let part = |from: u8, to: u8| {
            let mixed = (u16::from(from) * (100 - percent) + u16::from(to) * percent) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self {
            red: part(self.red, end.red),
            green: part(self.green, end.green),
            blue: part(self.blue, end.blue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        Colour::parse(text).expect("a colour")
    }

    #[test]
    fn colours_are_six_digits() {
        assert_eq!(colour("#3158CF").to_string(), "#3158cf");
        for bad in [
            "", "3158cf", "#3158c", "#3158cff", "#3158cg", "red", "#+158cf", "url(x)", "#é58cf",
        ] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_what_others_compute() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        // The first greys on white that do and do not pass, known from every checker.
        assert!(colour("#767676").reads_on(Colour::WHITE));
        assert!(!colour("#777777").reads_on(Colour::WHITE));
        assert!((colour("#ff0000").contrast(Colour::WHITE) - 3.998).abs() < 0.01);
    }

    #[test]
    fn the_suggested_ground_can_be_read_on_and_is_near() {
        for (text, ground) in [
            ("#ffffff", "#ffd500"),
            ("#000000", "#001f5c"),
            ("#3158cf", "#3158cf"),
            ("#ffffff", "#ffffff"),
            ("#777777", "#787878"),
        ] {
            let (text, ground) = (colour(text), colour(ground));
            let suggested = text.readable_ground(ground);
            assert!(text.reads_on(suggested), "{text} on {suggested}");
        }
        let fine = colour("#3158cf");
        assert_eq!(Colour::WHITE.readable_ground(fine), fine, "nothing to do");
        let dark = Colour::WHITE.readable_ground(colour("#7f7fff"));
        assert!(dark.blue > dark.red, "still blue: {dark}");
    }

    #[test]
    fn black_or_white_can_be_read_on_anything() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let ground = Colour { red, green, blue };
                    assert!(ground.best_text().reads_on(ground), "{ground}");
                }
            }
        }
    }
}
