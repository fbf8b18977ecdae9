//! Files that the reader chose, read piece by piece in the page: nothing is sent anywhere.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamDefaultReader};

/// Bytes of one piece: enough to make reading cheap, few enough to stay within a slice of time.
const PIECE: f64 = 262_144.0;

/// A file on its way in.
pub struct Pieces {
    from: From,
    /// Bytes of the file.
    pub size: f64,
}

enum From {
    /// Read by place: how far it is can be said.
    Plain { file: Blob, at: f64 },
    /// Unpacked by the browser as it comes.
    Packed(ReadableStreamDefaultReader),
}

/// What reading can come to: a sentence for the reader.
type Failure = String;

fn unreadable(_: JsValue) -> Failure {
    "The file could not be read: it may have been moved, or be damaged. Choose it again.".to_owned()
}

impl Pieces {
    /// Opens a file. One that begins as gzip does is unpacked on the way.
    pub async fn open(file: Blob) -> Result<Self, Failure> {
        let size = file.size();
        let start = bytes(&file.slice_with_f64_and_f64(0.0, 2.0).map_err(unreadable)?).await?;
        if start != [0x1f, 0x8b] {
            return Ok(Pieces { from: From::Plain { file, at: 0.0 }, size });
        }
        let too_old = |_| "This browser cannot unpack gzip. Unpack the file first, then choose it again.".to_owned();
        // By name: web-sys has it behind a flag for what is not yet stable, though browsers have had it since 2023.
        let maker: js_sys::Function =
            js_sys::Reflect::get(&js_sys::global(), &"DecompressionStream".into()).and_then(|maker| maker.dyn_into()).map_err(too_old)?;
        let unpacked = js_sys::Reflect::construct(&maker, &js_sys::Array::of1(&"gzip".into())).map_err(too_old)?;
        let packed = file.stream();
        let pipe: js_sys::Function =
            js_sys::Reflect::get(&packed, &"pipeThrough".into()).and_then(|pipe| pipe.dyn_into()).map_err(too_old)?;
        let stream = pipe.call1(&packed, &unpacked).map_err(too_old)?;
        let reader = web_sys::ReadableStream::from(stream).get_reader();
        Ok(Pieces { from: From::Packed(reader.unchecked_into()), size })
    }

    /// How much of the file has been read, from 0 to 1; `None` where only the browser knows.
    pub fn share(&self) -> Option<f64> {
        match &self.from {
            From::Plain { at, .. } => Some(if self.size > 0.0 { at / self.size } else { 1.0 }),
            From::Packed(_) => None,
        }
    }

    /// The next bytes; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        match &mut self.from {
            From::Plain { at, .. } if *at >= self.size => Ok(None),
            From::Plain { file, at } => {
                let end = (*at + PIECE).min(self.size);
                let piece = bytes(&file.slice_with_f64_and_f64(*at, end).map_err(unreadable)?).await?;
                *at = end;
                Ok(Some(piece))
            }
            From::Packed(reader) => {
                let damaged = |_| "The gzip file is damaged or cut off; what could be unpacked before that was not enough.".to_owned();
                let read = JsFuture::from(reader.read()).await.map_err(damaged)?;
                let part = |name: &str| js_sys::Reflect::get(&read, &name.into()).unwrap_or(JsValue::UNDEFINED);
                if part("done").is_truthy() {
                    return Ok(None);
                }
                Ok(Some(js_sys::Uint8Array::new(&part("value")).to_vec()))
            }
        }
    }
}

async fn bytes(blob: &Blob) -> Result<Vec<u8>, Failure> {
    let buffer = JsFuture::from(blob.array_buffer()).await.map_err(unreadable)?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}
