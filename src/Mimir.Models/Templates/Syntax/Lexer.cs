using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens, with white space treated as Jinja does under trim_blocks and lstrip_blocks, which is how chat
/// templates are rendered: the newline after a block or comment goes, and so do blanks before one on its line; "-" takes all white
/// space on its side, "+" keeps it. Newlines are "\n", and one at the very end goes.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position, _line = 1;
    private bool _lineStarts = true;

    private Lexer(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
    }

    /// <summary>The tokens of <paramref name="source"/>; the last is <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="ChatTemplateException">A character, text or tag that does not end or does not belong.</exception>
    public static List<Token> Tokenize(string source)
    {
        var lexer = new Lexer(source);
        while (lexer.Next()) { }
        lexer._tokens.Add(new Token(TokenKind.End, "", lexer._line));
        return lexer._tokens;
    }

    private bool Next()
    {
        var tag = FindTag(_position);
        if (tag < 0)
        {
            AddData(_source[_position..]);
            return false;
        }
        var kind = _source[tag + 1];
        Data(tag, kind);
        if (kind == '#') Comment();
        else if (kind == '%' && RawBegins()) Raw();
        else Tag(kind == '%');
        return true;
    }

    private int FindTag(int start)
    {
        for (var i = start; (i = _source.IndexOf('{', i)) >= 0 && i + 1 < _source.Length; i++)
            if (_source[i + 1] is '{' or '%' or '#') return i;
        return -1;
    }

    // The text before a tag, and the tag's opening with its sign.
    private void Data(int tag, char kind)
    {
        var sign = tag + 2 < _source.Length ? _source[tag + 2] : '\0';
        var end = tag;
        if (sign == '-')
            while (end > _position && PythonText.IsSpace(_source[end - 1])) end--;
        else if (sign != '+' && kind != '{')
        {
            var start = tag;
            while (start > _position && _source[start - 1] != '\n' && PythonText.IsSpace(_source[start - 1])) start--;
            if (start == _position ? _lineStarts : _source[start - 1] == '\n') end = start;
        }
        AddData(_source[_position..end]);
        CountLines(end, tag);
        _position = tag + (sign is '-' or '+' ? 3 : 2);
    }

    private void Comment()
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0) throw Error("a comment does not end");
        CountLines(_position, end);
        var sign = end > _position ? _source[end - 1] : '\0';
        _position = end + 2;
        Closed(sign, trims: true);
    }

    // After a closing: "-" takes white space, otherwise a block's newline goes.
    private void Closed(char sign, bool trims)
    {
        var start = _position;
        if (sign == '-')
            while (_position < _source.Length && PythonText.IsSpace(_source[_position])) _position++;
        else if (sign != '+' && trims && _position < _source.Length && _source[_position] == '\n') _position++;
        CountLines(start, _position);
        _lineStarts = _position > start && _source[_position - 1] == '\n';
    }

    private bool RawBegins()
    {
        var at = SkipSpace(_position);
        return Word(at, "raw") && Close(SkipSpace(at + 3), out _, out _);
    }

    private void Raw()
    {
        Close(SkipSpace(SkipSpace(_position) + 3), out var sign, out var after);
        CountLines(_position, after);
        _position = after;
        Closed(sign == '-' ? '-' : '+', trims: false);
        for (var tag = _position; (tag = _source.IndexOf("{%", tag, StringComparison.Ordinal)) >= 0; tag++)
        {
            var at = SkipSpace(tag + 2 + (tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? 1 : 0));
            if (!Word(at, "endraw") || !Close(SkipSpace(at + 6), out sign, out after)) continue;
            Data(tag, '%');
            CountLines(_position, after);
            _position = after;
            Closed(sign, trims: true);
            return;
        }
        throw Error("'raw' does not end");
    }

    private bool Word(int at, string word) => at <= _source.Length && string.CompareOrdinal(_source, at, word, 0, word.Length) == 0;

    private bool Close(int at, out char sign, out int after)
    {
        sign = at < _source.Length && _source[at] is '-' or '+' ? _source[at] : '\0';
        after = at + (sign == '\0' ? 2 : 3);
        return Word(after - 2, "%}") && after <= _source.Length;
    }

    private int SkipSpace(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at])) at++;
        return at;
    }

    private void AddData(string text)
    {
        if (text.Length > 0) _tokens.Add(new Token(TokenKind.Data, text, _line));
        _line += text.Count(c => c == '\n');
    }

    private void CountLines(int start, int end) => _line += _source.AsSpan(start, end - start).Count('\n');

    private ChatTemplateException Error(string problem) => new(problem, _line);
}
