//! Reading request bodies, within bounds: hosts set none.

use std::pin::pin;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
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

/// Reads a body of at most `max` bytes, of a request with these headers. A body whose length they tell is at its end when it
/// has come: to ask whether more comes takes the host as long as to read it.
pub(crate) async fn read_declared<B: Body<Data = Bytes>>(
    headers: &HeaderMap,
    body: B,
    max: usize,
) -> Result<Bytes, BodyError> {
    let declared = headers.get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse().ok());
    read_some(body, max, declared).await
}

/// Reads a body of at most `max` bytes to its end.
pub(crate) async fn read_up_to<B: Body<Data = Bytes>>(
    body: B,
    max: usize,
) -> Result<Bytes, BodyError> {
    read_some(body, max, None).await
}

async fn read_some<B: Body<Data = Bytes>>(
    body: B,
    max: usize,
    declared: Option<usize>,
) -> Result<Bytes, BodyError> {
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
        if Some(length) == declared {
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

    use http_body::Frame;
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

    #[test]
    fn a_body_of_the_length_that_the_headers_tell_is_at_its_end() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, MAX_BODY.into());
        let mut asked = 0;
        let whole = Bytes::from(vec![b'x'; MAX_BODY]);
        let read = read_declared(&headers, chunks(1, &mut asked), MAX_BODY);
        assert_eq!(block_on(read), Ok(whole.clone()));
        // Too long is too long, wherever it is noticed.
        let read = read_declared(&headers, chunks(1, &mut asked), MAX_BODY - 1);
        assert_eq!(block_on(read), Err(BodyError::TooLarge));
        for other in ["", "-1", "x", "5"] {
            headers.insert(CONTENT_LENGTH, other.parse().unwrap());
            let read = read_declared(&headers, chunks(1, &mut asked), MAX_BODY);
            assert_eq!(block_on(read), Ok(whole.clone()), "{other}");
        }
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
