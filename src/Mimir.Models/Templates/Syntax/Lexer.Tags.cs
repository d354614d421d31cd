using System.Text;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Syntax;

/// <summary>The inside of tags.</summary>
internal sealed partial class Lexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private void Tag(bool block)
    {
        _tokens.Add(new Token(block ? TokenKind.BlockBegin : TokenKind.PrintBegin, "", _line));
        var open = new Stack<char>();
        while (true)
        {
            var start = _position;
            _position = SkipSpace(_position);
            CountLines(start, _position);
            if (_position >= _source.Length) throw Error("a tag does not end");
            if (open.Count == 0 && Ends(block)) return;
            var c = _source[_position];
            if (c is '\'' or '"') String(c);
            else if (char.IsAsciiDigit(c)) Number();
            else if (c == '_' || char.IsLetter(c)) Name();
            else Operator(open);
        }
    }

    private bool Ends(bool block)
    {
        var sign = _source[_position] is '-' or '+' ? _source[_position] : '\0';
        if (sign == '+' && !block) return false;
        var at = _position + (sign == '\0' ? 0 : 1);
        if (!Word(at, block ? "%}" : "}}")) return false;
        _tokens.Add(new Token(block ? TokenKind.BlockEnd : TokenKind.PrintEnd, "", _line));
        _position = at + 2;
        Closed(sign, trims: block);
        return true;
    }

    private void Name()
    {
        var start = _position;
        while (_position < _source.Length && (_source[_position] == '_' || char.IsLetterOrDigit(_source[_position]))) _position++;
        _tokens.Add(new Token(TokenKind.Name, _source[start.._position], _line));
    }

    private void Number()
    {
        var (start, kind) = (_position, TokenKind.Integer);
        Digits();
        var afterPoint = _tokens[^1].IsOperator(".");
        if (!afterPoint && At(0) == '.' && char.IsAsciiDigit(At(1)))
        {
            kind = TokenKind.Float;
            _position++;
            Digits();
        }
        if (!afterPoint && At(0) is 'e' or 'E' && (char.IsAsciiDigit(At(1)) || (At(1) is '+' or '-' && char.IsAsciiDigit(At(2)))))
        {
            kind = TokenKind.Float;
            _position += 2;
            Digits();
        }
        _tokens.Add(new Token(kind, _source[start.._position].Replace("_", "", StringComparison.Ordinal), _line));
    }

    private char At(int offset) => _position + offset < _source.Length ? _source[_position + offset] : '\0';

    private void Digits()
    {
        while (char.IsAsciiDigit(At(0)) || (At(0) == '_' && char.IsAsciiDigit(At(1)))) _position++;
    }

    private void Operator(Stack<char> open)
    {
        var found = Array.Find(Operators, o => Word(_position, o))
            ?? throw Error($"unexpected character '{Printable.OneLine(_source.Substring(_position, 1), 4)}'");
        if (found is "(" or "[" or "{") open.Push(found switch { "(" => ')', "[" => ']', _ => '}' });
        else if (found is ")" or "]" or "}" && (!open.TryPop(out var expected) || found[0] != expected)) throw Error($"unexpected '{found}'");
        _tokens.Add(new Token(TokenKind.Operator, found, _line));
        _position += found.Length;
    }

    private void String(char quote)
    {
        var (text, line) = (new StringBuilder(), _line);
        for (_position++; ; _position++)
        {
            if (_position >= _source.Length) throw Error("a quoted text does not end");
            var c = _source[_position];
            if (c == quote) break;
            if (c == '\n') _line++;
            if (c == '\\') Escape(text);
            else text.Append(c);
        }
        _position++;
        _tokens.Add(new Token(TokenKind.String, text.ToString(), line));
    }

    // Python's escapes; one that it does not know stays as it is written.
    private void Escape(StringBuilder text)
    {
        var c = At(1);
        _position++;
        switch (c)
        {
            case 'n': text.Append('\n'); break;
            case 't': text.Append('\t'); break;
            case 'r': text.Append('\r'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case 'v': text.Append('\v'); break;
            case 'a': text.Append('\a'); break;
            case '\\' or '\'' or '"': text.Append(c); break;
            case '\n': _line++; break;
            case 'x': Hexadecimal(text, 2); break;
            case 'u': Hexadecimal(text, 4); break;
            case 'U': Hexadecimal(text, 8); break;
            case >= '0' and <= '7': Octal(text); break;
            default:
                text.Append('\\');
                _position--;
                break;
        }
    }

    private void Octal(StringBuilder text)
    {
        var (value, digits) = (0, 0);
        for (; digits < 3 && At(digits) is >= '0' and <= '7'; digits++) value = value * 8 + (At(digits) - '0');
        text.Append((char)value);
        _position += digits - 1;
    }

    private void Hexadecimal(StringBuilder text, int digits)
    {
        if (_position + digits >= _source.Length
            || !int.TryParse(_source.AsSpan(_position + 1, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value)
            || value is < 0 or > 0x10FFFF)
            throw Error("a malformed escape in a quoted text");
        if (value <= 0xFFFF) text.Append((char)value);
        else text.Append(char.ConvertFromUtf32(value));
        _position += digits;
    }
}
