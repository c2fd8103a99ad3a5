//! Requests that a well-behaved HTTP library refuses to send.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use crate::client::{Answer, Client};

impl Client {
    /// Sends exactly these bytes as target, header values and body, on a connection of its own. `Host`, `Connection` and
    /// the client's `Authorization` are added; `Content-Length` isn't.
    ///
    /// # Panics
    /// When the client's address is not plain `http`, or no whole answer comes.
    #[must_use]
    pub fn raw(&self, method: &str, path: &[u8], headers: &[(&str, &[u8])], body: &[u8]) -> Answer {
        let (authority, request) = self.request(method, path, headers, body);
        let what = format!("{method} {}", String::from_utf8_lossy(path));
        parse(what, &exchange(authority, &request))
    }

    /// Sends what [`Self::raw`] sends, and hangs up before the end that the headers promise. What comes back is not looked
    /// at: nobody would be there to read it.
    ///
    /// # Panics
    /// When the client's address is not plain `http`, or nobody listens there.
    pub fn hang_up(&self, method: &str, path: &[u8], headers: &[(&str, &[u8])], body: &[u8]) {
        let (authority, request) = self.request(method, path, headers, body);
        let mut stream = TcpStream::connect(authority).expect("the service listens");
        stream.write_all(&request).expect("it takes a request");
        stream.shutdown(Shutdown::Write).expect("an open stream");
        // Until the service is done with it.
        let _ = stream.read_to_end(&mut Vec::new());
    }

    /// Where a request goes, and its bytes.
    fn request(
        &self,
        method: &str,
        path: &[u8],
        headers: &[(&str, &[u8])],
        body: &[u8],
    ) -> (&str, Vec<u8>) {
        let (authority, prefix) = self
            .base
            .strip_prefix("http://")
            .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
            .unwrap_or_else(|| panic!("raw requests need plain http, not {}", self.base));
        let mut request = format!("{method} /{prefix}").into_bytes();
        request.extend_from_slice(path);
        let fixed = format!(" HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
        request.extend_from_slice(fixed.as_bytes());
        if let Some(token) = &self.token {
            request.extend_from_slice(format!("Authorization: Bearer {token}\r\n").as_bytes());
        }
        for (name, value) in headers {
            request.extend_from_slice(name.as_bytes());
            request.extend_from_slice(b": ");
            request.extend_from_slice(value);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body);
        (authority, request)
    }

    /// The same with a body whose length is not announced, in chunks.
    ///
    /// # Panics
    /// As [`Self::raw`].
    #[must_use]
    pub fn chunked(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let mut chunks = Vec::new();
        for chunk in body.chunks(50_000) {
            chunks.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            chunks.extend_from_slice(chunk);
            chunks.extend_from_slice(b"\r\n");
        }
        chunks.extend_from_slice(b"0\r\n\r\n");
        let headers: [(&str, &[u8]); 2] = [
            ("Content-Type", b"application/scim+json"),
            ("Transfer-Encoding", b"chunked"),
        ];
        self.raw(method, path.as_bytes(), &headers, &chunks)
    }
}

/// Writes the request while it reads the answer, which may come before all is written.
fn exchange(authority: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(authority).expect("the service listens");
    let mut writer = stream.try_clone().expect("a second handle");
    let mut answer = Vec::new();
    thread::scope(|scope| {
        scope.spawn(move || {
            // The service may close before it has read all: then the answer says why.
            let _ = writer.write_all(request);
        });
        // It may also reset the connection after the answer, because of what it has not read; whether the answer is
        // whole, its length tells.
        let _ = stream.read_to_end(&mut answer);
        // So that the writer, too, comes to an end.
        let _ = stream.shutdown(Shutdown::Both);
    });
    answer
}

fn parse(what: String, answer: &[u8]) -> Answer {
    let text = String::from_utf8(answer.to_vec()).expect("an answer in UTF-8");
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        panic!("{what}: not an answer: `{text}`");
    };
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status = status.and_then(|status| status.parse().ok());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(
            HeaderName::try_from(name).expect("a header's name"),
            HeaderValue::try_from(value.trim()).expect("a header's value"),
        );
    }
    // Whatever has a body has a length, here.
    let length = headers.get("content-length");
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    assert_eq!(length, Some(body.len()), "{what}: {text}");
    Answer::new(what, status.expect("a status"), headers, body.to_owned())
}
