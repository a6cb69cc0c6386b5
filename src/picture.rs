//! A picture that a person chose, made small enough to travel with the profile.

use switchboard_contract::validate::{self, Violation};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlInputElement, ImageBitmap};

use crate::browser::{document, window};

/// Larger files are not opened: a page that decodes them may run out of memory.
const MAX_FILE_KIB: usize = 20 * 1024;

/// The file that was chosen in a file input, cut to a square from its middle, `side` pixels wide, as a `data:` URL;
/// `None` when none was chosen.
///
/// # Errors
/// [`Violation::Picture`] for what the browser cannot read as one, [`Violation::FileTooLarge`].
pub async fn scaled(input: &HtmlInputElement, side: u32) -> Result<Option<String>, Violation> {
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return Ok(None);
    };
    // The same file again is a choice too.
    input.set_value("");
    if file.size() > (MAX_FILE_KIB * 1024) as f64 {
        return Err(Violation::FileTooLarge(MAX_FILE_KIB));
    }
    let opening = window()
        .and_then(|window| window.create_image_bitmap_with_blob(&file).ok())
        .ok_or(Violation::Picture)?;
    let bitmap: ImageBitmap = JsFuture::from(opening)
        .await
        .ok()
        .and_then(|opened| opened.dyn_into().ok())
        .ok_or(Violation::Picture)?;
    let url = draw(&bitmap, side).ok_or(Violation::Picture)?;
    bitmap.close();
    validate::avatar(&url)?;
    Ok(Some(url))
}

fn draw(bitmap: &ImageBitmap, side: u32) -> Option<String> {
    let canvas: HtmlCanvasElement = document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(side);
    canvas.set_height(side);
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let cut = width.min(height);
    let side = f64::from(side);
    context
        .draw_image_with_image_bitmap_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            bitmap,
            (width - cut) / 2.0,
            (height - cut) / 2.0,
            cut,
            cut,
            0.0,
            0.0,
            side,
            side,
        )
        .ok()?;
    // Browsers that cannot write WebP write PNG instead.
    canvas
        .to_data_url_with_type_and_encoder_options("image/webp", &JsValue::from_f64(0.9))
        .ok()
}
