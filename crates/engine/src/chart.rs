//! What a chart shows of its numbers at a size: where its grid stands, which points have room, and what the pointer or a key points at.
//! Nothing here knows of a canvas; lengths are CSS pixels from the plot's upper starting corner.

mod plot;
mod pyramid;
mod scale;
mod share;
mod span;

pub use plot::{Bar, Plot, Shape};
pub use pyramid::{Extremes, Pyramid};
pub use scale::{Scale, scale};
pub use share::{Share, shares, stacked};
pub use span::{Span, Step, labelled, stepped};
