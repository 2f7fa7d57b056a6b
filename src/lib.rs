//! spacechat.
pub mod chat;
pub mod gradio;
pub mod provider;
