"""Pages made by hand that take a file beside the message or with it."""

import os

import gradio
from catalogue import *

PICTURE, NOTE = ', picture 8x8', ', file note.txt of 6'


def described(path):
    return f', file {os.path.basename(path)} of {os.path.getsize(path)}' if path else ', no file'


@page(
    'p80',
    'a picture box beside the message, emptied by the answer',
    replies=replies(', no picture'),
    file={'label': 'Picture', 'name': 'pixels.png', 'replies': replies(PICTURE, ', no picture')},
)
def picture_box():
    with gradio.Blocks() as blocks:
        log, picture, line = chat(), gradio.Image(type='pil', label='Picture'), gradio.Textbox(label='Message')

        def reply(line, picture, log):
            end = ', picture {}x{}'.format(*picture.size) if picture else ', no picture'
            return '', None, replied(asked(log, line), answer(line, users(log)) + end)

        line.submit(reply, [line, picture, log], [line, picture, log])
    return blocks


@page(
    'p81',
    'a file box beside the message, which keeps its file',
    replies=replies(', no file'),
    file={'label': 'Document', 'name': 'note.txt', 'replies': replies(NOTE)},
)
def file_box():
    with gradio.Blocks() as blocks:
        log, document, line = chat(), gradio.File(label='Document'), gradio.Textbox(label='Message')

        def reply(line, document, log):
            return '', replied(asked(log, line), answer(line, users(log)) + described(document))

        line.submit(reply, [line, document, log], [line, log])
    return blocks


@page(
    'p82',
    'a button that uploads a file into a State',
    replies=replies(', no file'),
    file={'label': 'Upload', 'name': 'note.txt', 'replies': replies(NOTE)},
)
def upload_button():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.State(), chat(), gradio.Textbox(label='Message')
        upload, status = gradio.UploadButton('Upload'), gradio.Markdown()
        upload.upload(lambda file: (file.name, f'read {os.path.basename(file.name)}'), upload, [kept, status])

        def reply(line, kept, log):
            return '', replied(asked(log, line), answer(line, users(log)) + described(kept))

        line.submit(reply, [line, kept, log], [line, log])
    return blocks


@page(
    'p83',
    'a message box that takes files itself, two steps to the answer',
    box=CHAT_BOX,
    replies=replies(', no file'),
    file={'label': None, 'name': 'note.txt', 'replies': replies(NOTE, ', no file')},
)
def multimodal_box():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.State([]), chat(), gradio.MultimodalTextbox(label='Message', placeholder='Type a message...')

        def begin(line, log):
            return {'text': '', 'files': []}, asked(log, line['text']), line['files']

        def reply(log, files):
            *past, newest = users(log)
            yield replied(log, answer(newest, past) + described(files[0] if files else None))

        line.submit(begin, [line, log], [line, log, kept]).then(reply, [log, kept], log)
    return blocks


@page(
    'p84',
    'a file box that is read when a file comes, before any message',
    replies=replies(', knows nothing'),
    file={'label': 'Document', 'name': 'note.txt', 'replies': replies(', knows a note')},
)
def file_read_at_once():
    with gradio.Blocks() as blocks:
        kept, log, document = gradio.State('nothing'), chat(), gradio.File(label='Document')
        status, line = gradio.Textbox(label='Status'), gradio.Textbox(label='Message')

        def read(path):
            with open(path, encoding='utf-8') as file:
                return file.read(), 'read'

        document.upload(read, document, [kept, status])

        def reply(line, log, kept):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, knows {kept}')

        line.submit(reply, [line, log, kept], [line, log])
    return blocks


@page(
    'p85',
    'a button reads the file box into a State',
    replies=replies(', knows nothing'),
    file={'label': 'Document', 'name': 'note.txt', 'replies': replies(', knows a note'), 'button': 'Read'},
)
def file_read_by_button():
    with gradio.Blocks() as blocks:
        kept, log, document = gradio.State('nothing'), chat(), gradio.File(label='Document')
        read, line = gradio.Button('Read'), gradio.Textbox(label='Message')

        def known(path):
            with open(path, encoding='utf-8') as file:
                return file.read()

        read.click(known, document, kept)

        def reply(line, log, kept):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, knows {kept}')

        line.submit(reply, [line, log, kept], [line, log])
    return blocks


@page(
    'p86',
    'a picture that is put in empties the chat',
    replies=replies(', no picture'),
    file={'label': 'Picture', 'name': 'pixels.png', 'replies': replies(PICTURE)},
)
def picture_that_empties():
    with gradio.Blocks() as blocks:
        log, picture, line = chat(), gradio.Image(type='pil', label='Picture'), gradio.Textbox(label='Message')
        picture.change(lambda: [], None, log)

        def reply(line, picture, log):
            end = ', picture {}x{}'.format(*picture.size) if picture else ', no picture'
            return '', replied(asked(log, line), answer(line, users(log)) + end)

        line.submit(reply, [line, picture, log], [line, log])
    return blocks
