//! Puts the widget into the server: the loader and the frame's files always, the compiled frame when
//! `SWITCHBOARD_WIDGET_BUNDLE` names the folder that holds it. Compressed here, once, so that no request pays for it.

use std::collections::hash_map::DefaultHasher;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SWITCHBOARD_WIDGET_BUNDLE");
    let widget = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../widget");
    let mut files = vec![
        ("loader.js", JAVASCRIPT, widget.join("loader/loader.js")),
        ("visitor.js", JAVASCRIPT, widget.join("loader/visitor.js")),
        ("frame_boot.js", JAVASCRIPT, widget.join("frame/boot.js")),
        ("preview.js", JAVASCRIPT, widget.join("preview/preview.js")),
        ("preview_frame.js", JAVASCRIPT, widget.join("preview/frame.js")),
        (
            "preview.css",
            "text/css; charset=utf-8",
            widget.join("preview/preview.css"),
        ),
        (
            "frame.css",
            "text/css; charset=utf-8",
            widget.join("frame/frame.css"),
        ),
    ];
    if let Some(bundle) = std::env::var_os("SWITCHBOARD_WIDGET_BUNDLE").filter(|value| !value.is_empty()) {
        let bundle = PathBuf::from(bundle);
        files.push(("widget.js", JAVASCRIPT, bundle.join("widget.js")));
        files.push((
            "widget_bg.wasm",
            "application/wasm",
            bundle.join("widget_bg.wasm"),
        ));
    }

    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut table = String::from("pub(crate) static ASSETS: &[Asset] = &[\n");
    let mut version = DefaultHasher::new();
    for (name, content_type, source) in files {
        println!("cargo:rerun-if-changed={}", source.display());
        let bytes =
            fs::read(&source).map_err(|error| format!("cannot read {}: {error}", source.display()))?;
        bytes.hash(&mut version);
        let mut one = DefaultHasher::new();
        bytes.hash(&mut one);
        let raw = write(&out, name, &bytes)?;
        let brotli = write(&out, &format!("{name}.br"), &brotli(&bytes)?)?;
        let gzip = write(&out, &format!("{name}.gz"), &gzip(&bytes)?)?;
        writeln!(
            table,
            "    Asset {{ name: {name:?}, content_type: {content_type:?}, hash: \"{:016x}\", \
             raw: include_bytes!({raw:?}), brotli: include_bytes!({brotli:?}), gzip: include_bytes!({gzip:?}) }},",
            one.finish()
        )?;
    }
    writeln!(table, "];")?;
    writeln!(
        table,
        "pub(crate) const VERSION: &str = \"{:016x}\";",
        version.finish()
    )?;
    fs::write(out.join("widget_assets.rs"), table)?;
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<String, Box<dyn Error>> {
    let path = folder.join(name);
    fs::write(&path, bytes)?;
    Ok(path
        .to_str()
        .ok_or("the build folder's path is not UTF-8")?
        .to_owned())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &params)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
