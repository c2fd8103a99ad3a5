//! Reading request bodies, within bounds: hosts set none.

use std::pin::pin;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body::Body;
use http_body_util::BodyExt;

/// The largest request body, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// How many bytes of a body that is too large are read and dropped, so that a client that sends all of it before it
/// reads gets the answer, and not a broken connection.
const MAX_DRAINED: usize = 16 * MAX_BODY;

/// The media type of a body, without its parameters; empty when it cannot be read.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().unwrap_or_default();
    Some(value.split(';').next().unwrap_or_default().trim())
}

/// Why a body could not be read.
#[derive(Debug, PartialEq)]
pub(crate) enum BodyError {
    /// It has more bytes than it may.
    TooLarge,
    /// The client went away before the end.
    Broken,
}

/// Reads a body of at most `max` bytes. One whose length is declared is at its end when that has come: to ask whether more
/// comes takes the host as long as to read it.
pub(crate) async fn read_up_to<B: Body<Data = Bytes>>(
    body: B,
    max: usize,
) -> Result<Bytes, BodyError> {
    let declared = body.size_hint().upper();
    let mut body = pin!(body);
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else {
            continue;
        };
        length += data.len();
        if length <= max {
            kept.extend_from_slice(&data);
        } else if length > MAX_DRAINED {
            break;
        }
        if declared == Some(length as u64) {
            break;
        }
    }
    if length > max {
        Err(BodyError::TooLarge)
    } else {
        Ok(kept.into())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::iter;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::{Frame, SizeHint};
    use http_body_util::{Full, StreamBody};
    use pollster::block_on;

    use super::*;

    async fn read(body: impl Body<Data = Bytes>) -> Result<Bytes, BodyError> {
        read_up_to(body, MAX_BODY).await
    }

    /// A body of `count` chunks of one MiB, which counts those that were asked for.
    fn chunks(count: usize, asked: &mut usize) -> impl Body<Data = Bytes, Error = Infallible> {
        let chunk =
            iter::repeat_n(Bytes::from(vec![b'x'; MAX_BODY]), count).inspect(|_| *asked += 1);
        StreamBody::new(futures::stream::iter(
            chunk.map(|chunk| Ok(Frame::data(chunk))),
        ))
    }

    #[test]
    fn ok_up_to_the_limit() {
        let largest = Bytes::from(vec![b'x'; MAX_BODY]);
        assert_eq!(block_on(read(Full::new(largest.clone()))), Ok(largest));
        assert_eq!(block_on(read(Full::new(Bytes::new()))), Ok(Bytes::new()));
        let body = || Full::new(Bytes::from("four"));
        assert_eq!(block_on(read_up_to(body(), 4)), Ok(Bytes::from("four")));
        assert_eq!(block_on(read_up_to(body(), 3)), Err(BodyError::TooLarge));
    }

    /// A body whose length is declared, and that never tells that it is at its end.
    struct Declared(u64, Option<Bytes>);

    impl Body for Declared {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let data = self.1.take().expect("nothing is asked for beyond the end");
            Poll::Ready(Some(Ok(Frame::data(data))))
        }

        fn size_hint(&self) -> SizeHint {
            let mut hint = SizeHint::new();
            hint.set_upper(self.0);
            hint
        }
    }

    #[test]
    fn a_body_of_the_length_that_is_declared_is_at_its_end() {
        let body = || Declared(4, Some(Bytes::from("four")));
        assert_eq!(block_on(read_up_to(body(), 4)), Ok(Bytes::from("four")));
        // Too long is too long, wherever it is noticed.
        assert_eq!(block_on(read_up_to(body(), 3)), Err(BodyError::TooLarge));
    }

    #[test]
    fn err_beyond_the_limit_is_drained_within_bounds() {
        let mut asked = 0;
        assert_eq!(
            block_on(read(chunks(3, &mut asked))),
            Err(BodyError::TooLarge)
        );
        assert_eq!(asked, 3);
        let mut asked = 0;
        assert_eq!(
            block_on(read(chunks(100, &mut asked))),
            Err(BodyError::TooLarge)
        );
        assert_eq!(asked, 17);
    }
}
