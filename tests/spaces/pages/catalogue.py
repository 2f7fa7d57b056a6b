"""What all pages share: how a page is listed, and how a history is read and written on each generation of Gradio.

A page is a function that builds a gradio.Blocks, listed by @page(...). What is known of it is told at /expected:

  page, about, versions   its path, one line on what it is for, the Gradio versions it exists in
  box                     the label of the message box, or a CSS selector behind "css="
  button                  the name of the button that sends, or null where Enter does
  replies                 what the page must show after "one" and after "two"
  setting                 null, or label, kind, value to set in the browser before "one", and the replies then
  system                  null, or the same of a box for the system message; "button" names one that saves it
  file                    null, or label, name of the file to attach before "one", and the replies then

The replies tell what history the function of the app received: how many questions came before, and the first of them.
"""

import time

import gradio

VERSION = '.'.join(gradio.__version__.split('.')[:2])
IS_4, IS_5, IS_6 = (VERSION.startswith(f'{major}.') for major in (4, 5, 6))
ALL, FROM_5, ONLY_6, UNTIL_5 = ('4.44', '5.50', '6.31'), ('5.50', '6.31'), ('6.31',), ('4.44', '5.50')
# A chatbot holds pairs on Gradio 4 and messages later, as most pages of each generation have it.
FORM = {'type': 'messages'} if IS_5 else {}
MESSAGES = {} if IS_6 else {'type': 'messages'}
CHAT_BOX = 'css=textarea:visible'
PAUSE = 0.01
PAGES = []


def replies(end='', second_end=None):
    """What a page that remembers shows after "one" and after "two"."""
    return [f'ANSWER one after 0{end}', f'ANSWER two after 1, first one{end if second_end is None else second_end}']


def page(name, about, *, versions=ALL, box='Message', button=None, replies=replies(), setting=None, system=None, file=None):
    """Lists a function that builds a page, where this version of Gradio has what it needs."""

    def listed(build):
        if VERSION in versions:
            facts = {'page': name, 'about': about, 'versions': versions, 'box': box, 'button': button, 'replies': replies}
            PAGES.append(({**facts, 'setting': setting, 'system': system, 'file': file}, build))
        return build

    return listed


def setting(label, kind, value, replies, **more):
    return {'label': label, 'kind': kind, 'value': value, 'replies': replies, **more}


def answer(text, past):
    """The scripted reply to `text`, which tells the questions before it."""
    first = f', first {past[0]}' if past else ''
    return f'ANSWER {text} after {len(past)}{first}'


def growing(text):
    """The text so far, again and again, one word more each time."""
    words = text.split(' ')
    for end in range(1, len(words) + 1):
        time.sleep(PAUSE)
        yield ' '.join(words[:end])


def text_of(content):
    """The text of a message as this version hands it to a function; any other form is an error, as in a real app."""
    if IS_6:
        return content[0]['text']
    if not isinstance(content, str):
        raise TypeError(f'content is {content!r}')
    return content


def users(log):
    """The questions of a history as Gradio hands it to a function."""
    if log and isinstance(log[0], dict):
        return [text_of(turn['content']) for turn in log if turn['role'] == 'user']
    return [question for question, _ in log if question is not None]


def chat(**more):
    return gradio.Chatbot(**{'label': 'Chat', **FORM, **more})


def asked(log, text):
    """The history and a question without a reply."""
    return [*log, [text, None]] if IS_4 else [*log, {'role': 'user', 'content': text}]


def replied(log, text):
    """The history, its last question answered."""
    return [*log[:-1], [log[-1][0], text]] if IS_4 else [*log, {'role': 'assistant', 'content': text}]


def told(log, text):
    """The history and something said that nobody asked for."""
    return [*log, [None, text]] if IS_4 else [*log, {'role': 'assistant', 'content': text}]


def take(line, log):
    """The usual first step: empties the box and shows the question."""
    return '', asked(log, line)


def talk(line, log):
    """The usual single step."""
    return '', replied(asked(log, line), answer(line, users(log)))


def finish(log):
    """The usual second step: answers the question that the chatbot shows last."""
    *past, newest = users(log)
    for text in growing(answer(newest, past)):
        yield replied(log, text)


def private():
    """The arguments of an event that programs are not to call."""
    return {'api_visibility': 'private'} if IS_6 else {'api_name': False}
