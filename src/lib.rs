//! spacechat.
pub mod gradio;
