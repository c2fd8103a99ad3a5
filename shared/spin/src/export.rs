//! What makes a component of a function.

/// Exports an async function as `wasi:http/handler`, from a [`Request`](crate::Request) to a
/// [`Response`](crate::Response). An [`ErrorCode`](crate::ErrorCode) becomes a bare 500.
///
/// The SDK has an attribute for this, which converts requests in a way that costs more: see `http.rs`.
#[macro_export]
macro_rules! export {
    ($handle:ident) => {
        mod exported {
            use $crate::wasip3::exports::http::handler::Guest;
            use $crate::{ErrorCode, Request, Response};

            struct Component;

            $crate::wasip3::http::service::export!(Component);

            impl Guest for Component {
                async fn handle(request: Request) -> Result<Response, ErrorCode> {
                    super::$handle(request).await
                }
            }
        }
    };
}
