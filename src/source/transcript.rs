//! What was asked of a source and what it answered, word for word, as one text.
//!
//! ```text
//! {"answers":[
//!     {"answer":"{\"data\": …}","asked":"/api/v2/clusters","question":"clusters"},
//!     {"answer":"{\"logic_space\": …}","asked":"/api/v2/overview/1","question":"overview"}],"source":"overview"}
//! ```
//!
//! The keys always stand in this order, so that the same answers are the same text. A question without an answer
//! stands there, too, with `null`. No address, no header and nothing of a login is part of it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{reading::Evidence, source::question::Question};

/// What was asked of a source, and what it answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    source: String,
    answers: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    /// What it is for.
    question: Question,
    /// What was asked: the path with its query, and behind a space what was sent with it, if anything was.
    asked: String,
    /// The body as it came; `None` where none did.
    body: Option<String>,
}

/// Why a text is no record of a source's answers, or not of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTranscript {
    /// Any other text.
    #[error("it is no record of questions and answers")]
    Other,
    /// The answers of another source.
    #[error("it records what another source answered")]
    OtherSource,
    /// There is no answer to this question.
    #[error("it records no answer to the question `{}`", .0.name())]
    Unanswered(Question),
    /// What is printed means nothing without them.
    #[error("the node that printed it and the size base were not kept with it")]
    Bare,
}

impl Transcript {
    /// Of this source, of which nothing was asked yet.
    pub fn new(source: &str) -> Transcript {
        Transcript {
            source: source.to_owned(),
            answers: Vec::new(),
        }
    }

    /// Notes an answer; what of a body is no UTF-8 is replaced, and no answer that can be read has any.
    pub fn heard(&mut self, question: Question, asked: impl Into<String>, body: &[u8]) {
        let body = String::from_utf8_lossy(body).into_owned();
        self.note(question, asked.into(), Some(body));
    }

    /// Notes that a question got no answer.
    pub fn unheard(&mut self, question: Question, asked: impl Into<String>) {
        self.note(question, asked.into(), None);
    }

    fn note(&mut self, question: Question, asked: String, body: Option<String>) {
        self.answers.push(Answer {
            question,
            asked,
            body,
        });
    }

    /// The newest answer to a question.
    ///
    /// # Errors
    /// `Unanswered`.
    pub fn answer(&self, question: Question) -> Result<(&str, &str), NoTranscript> {
        let answer = self.answers.iter().rfind(|it| it.question == question);
        let answer = answer.and_then(|it| Some((it.asked.as_str(), it.body.as_deref()?)));
        answer.ok_or(NoTranscript::Unanswered(question))
    }

    /// The part that begins where this question was asked last; empty where it never was.
    pub fn since(&self, question: Question) -> Transcript {
        let last = self.answers.iter().rposition(|it| it.question == question);
        let answers = last.and_then(|last| self.answers.get(last..));
        Transcript {
            source: self.source.clone(),
            answers: answers.unwrap_or_default().to_vec(),
        }
    }

    /// As a text; `None` where nothing was answered.
    pub fn evidence(&self, at: Timestamp) -> Option<Evidence> {
        if self.answers.iter().all(|it| it.body.is_none()) {
            return None;
        }
        let answers = self.answers.iter().map(
            |it| json!({"answer": it.body, "asked": it.asked, "question": it.question.name()}),
        );
        let answers: Vec<Value> = answers.collect();
        let text = json!({"answers": answers, "source": self.source});
        Some(Evidence {
            text: text.to_string().into_bytes(),
            node: None,
            command: None,
            at,
        })
    }

    /// Of a text that was written so, by this source.
    ///
    /// # Errors
    /// `Other`, `OtherSource`.
    pub fn read(source: &str, text: &[u8]) -> Result<Transcript, NoTranscript> {
        let other = NoTranscript::Other;
        let record: Value = serde_json::from_slice(text).map_err(|_| other)?;
        let word = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).map(str::to_owned);
        if word(&record, "source").ok_or(other)? != source {
            return Err(NoTranscript::OtherSource);
        }
        let answers = record.get("answers").and_then(Value::as_array);
        let answer = |it: &Value| {
            Some(Answer {
                question: Question::named(&word(it, "question")?)?,
                asked: word(it, "asked")?,
                body: match it.get("answer")? {
                    Value::Null => None,
                    body => Some(body.as_str()?.to_owned()),
                },
            })
        };
        let answers: Option<Vec<Answer>> = answers.ok_or(other)?.iter().map(answer).collect();
        Ok(Transcript {
            source: source.to_owned(),
            answers: answers.ok_or(other)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_twice() -> Transcript {
        let mut transcript = Transcript::new("prometheus");
        transcript.heard(
            Question::Total,
            "/a?query=x",
            b"{\"v\": 1.0, \"w\": \"\\u00e4\"}\n",
        );
        transcript.heard(Question::Free, "/b", b"old");
        transcript.heard(Question::Total, "/a?query=x", b"new");
        transcript.unheard(Question::Free, "/b");
        transcript
    }

    #[test]
    fn what_was_answered_is_read_back_to_the_last_byte() {
        let transcript = asked_twice();
        let evidence = transcript.evidence(Timestamp::UNIX_EPOCH).expect("a text");
        let text = String::from_utf8(evidence.text).expect("UTF-8");
        let begin = r#"{"answers":[{"answer":"{\"v\": 1.0, \"w\": \"\\u00e4\"}\n","asked":"/a?query=x","question":"total"},"#;
        assert!(text.starts_with(begin), "{text}");
        let end = r#"{"answer":null,"asked":"/b","question":"free"}],"source":"prometheus"}"#;
        assert!(text.ends_with(end), "{text}");
        let read = Transcript::read("prometheus", text.as_bytes());
        assert_eq!(read, Ok(transcript));
    }

    #[test]
    fn a_question_that_was_asked_again_has_the_newer_answer_or_none() {
        let transcript = asked_twice();
        assert_eq!(
            transcript.answer(Question::Total),
            Ok(("/a?query=x", "new"))
        );
        let unanswered = NoTranscript::Unanswered(Question::Free);
        assert_eq!(transcript.answer(Question::Free), Err(unanswered));
        let since = transcript.since(Question::Total);
        assert_eq!(since.answers.len(), 2);
        assert_eq!(transcript.since(Question::Stat).answers, []);
    }

    #[test]
    fn nothing_that_came_is_no_text() {
        let mut transcript = Transcript::new("overview");
        assert_eq!(transcript.evidence(Timestamp::UNIX_EPOCH), None);
        transcript.unheard(Question::Clusters, "/api/v2/clusters");
        assert_eq!(transcript.evidence(Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn another_text_is_no_record() {
        for (text, why) in [
            ("", NoTranscript::Other),
            ("Cluster 'cluster1': healthy", NoTranscript::Other),
            ("[]", NoTranscript::Other),
            (r#"{"source":"overview"}"#, NoTranscript::Other),
            (
                r#"{"source":"grafana","answers":[]}"#,
                NoTranscript::OtherSource,
            ),
            (
                r#"{"source":"overview","answers":[{"question":"canary","asked":"","answer":null}]}"#,
                NoTranscript::Other,
            ),
        ] {
            let read = Transcript::read("overview", text.as_bytes());
            assert_eq!(read, Err(why), "{text}");
        }
    }
}
