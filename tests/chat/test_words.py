"""Stored text as it is shown."""
import pytest

from chat.templatetags.talk import initial, words


@pytest.mark.parametrize(("body", "html"), [
    ("一行", "<p>一行</p>"),
    ("一\n二\n\n\n三", "<p>一<br>二</p><p>三</p>"),
    ("<b onclick=x>&amp;", "<p>&lt;b onclick=x&gt;&amp;amp;</p>"),
    ("詳細はhttps://www.example.lg.jp/a?b=1&c=2をご覧ください。",
     '<p>詳細は<a href="https://www.example.lg.jp/a?b=1&amp;c=2" rel="noopener noreferrer" target="_blank">'
     "https://www.example.lg.jp/a?b=1&amp;c=2</a>をご覧ください。</p>"),
    ("(http://example.jp/x_(y)).",
     '<p>(<a href="http://example.jp/x_(y)" rel="noopener noreferrer" target="_blank">http://example.jp/x_(y)</a>).</p>'),
    ('https://a.example/"><script>alert(1)</script>',
     '<p><a href="https://a.example/" rel="noopener noreferrer" target="_blank">https://a.example/</a>'
     "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("javascript:alert(1) ftp://x file:///etc", "<p>javascript:alert(1) ftp://x file:///etc</p>"),
])
def test_words(body, html):
    assert words(body) == html


@pytest.mark.parametrize(("name", "face"), [
    ("髙橋 由佳", "髙"), ("𠮷田 健吾", "𠮷"), ("葛\U000e0100城 一", "葛\U000e0100"), ("", ""), ("A", "A"),
])
def test_a_face_bears_the_whole_first_character(name, face):
    assert initial(name) == face
