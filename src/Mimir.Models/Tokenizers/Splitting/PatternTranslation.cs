using System.Text;

namespace Mimir.Models.Tokenizers.Splitting;

/// <summary>
/// From Oniguruma's expressions, which tokenizer.json files are written for, to .NET's: possessive quantifiers become atomic groups, \w and \h
/// have Unicode's meaning, "^" and "$" stand at lines. What means something else in .NET is refused.
/// </summary>
internal static class PatternTranslation
{
    // Alphabetic, marks, decimal digits, connectors and joiners (Unicode Technical Standard 18, annex C).
    private const string WordCharacters = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9\u200C\u200D";

    /// <summary>The same expression for .NET.</summary>
    /// <exception cref="ArgumentException">It has a part without a counterpart.</exception>
    public static string ToDotNet(string pattern)
    {
        var output = new StringBuilder(pattern.Length);
        var groups = new Stack<int>();
        // Where the atom begins that a quantifier would apply to.
        var atom = 0;
        for (var i = 0; i < pattern.Length;)
        {
            var c = pattern[i];
            if (char.IsSurrogate(c)) throw new ArgumentException("a character above U+FFFF in a pattern", nameof(pattern));
            if (c is '*' or '+' or '?' || (c == '{' && Counts(pattern, i)))
            {
                i = Quantifier(pattern, i, output, atom);
                continue;
            }
            if (c != ')' && c != '|') atom = output.Length;
            switch (c)
            {
                case '\\':
                    i = Escape(pattern, i, output);
                    break;
                case '[':
                    i = Class(pattern, i, output);
                    break;
                case '(':
                    groups.Push(output.Length);
                    i = Opening(pattern, i, output);
                    break;
                case ')':
                    if (!groups.TryPop(out atom)) throw new ArgumentException("a bracket too many", nameof(pattern));
                    output.Append(c);
                    i++;
                    break;
                default:
                    output.Append(c switch { '^' => "(?m:^)", '$' => "(?m:$)", '{' => @"\{", _ => c.ToString() });
                    i++;
                    break;
            }
        }
        return output.ToString();
    }

    private static bool Counts(string pattern, int i)
    {
        var end = pattern.IndexOf('}', i);
        return end > i + 1 && char.IsAsciiDigit(pattern[i + 1]) && pattern.AsSpan(i + 1, end - i - 1).Trim("0123456789,").IsEmpty;
    }

    private static int Quantifier(string pattern, int i, StringBuilder output, int atom)
    {
        var end = pattern[i] == '{' ? pattern.IndexOf('}', i) + 1 : i + 1;
        var follows = end < pattern.Length ? pattern[end] : '\0';
        if (follows == '+' && pattern[i] != '{')
        {
            output.Insert(atom, "(?>").Append(pattern, i, end - i).Append(')');
            return end + 1;
        }
        // In Oniguruma, "{2}+" repeats the repeated.
        if (follows == '+')
        {
            output.Insert(atom, "(?:").Append(pattern, i, end - i).Append(")+");
            return end + 1;
        }
        output.Append(pattern, i, end - i);
        if (follows != '?') return end;
        output.Append('?');
        return end + 1;
    }

    private static int Opening(string pattern, int i, StringBuilder output)
    {
        foreach (var known in (string[])["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:"])
            if (string.CompareOrdinal(pattern, i, known, 0, known.Length) == 0)
            {
                output.Append(known);
                return i + known.Length;
            }
        if (i + 1 < pattern.Length && pattern[i + 1] is '?' or '*') throw new ArgumentException("a kind of group", nameof(pattern));
        output.Append("(?:");
        return i + 1;
    }

    private static int Escape(string pattern, int i, StringBuilder output)
    {
        var c = i + 1 < pattern.Length ? pattern[i + 1] : throw new ArgumentException("a backslash at the end", nameof(pattern));
        if (c is 'p' or 'P') return Property(pattern, i, output);
        output.Append(c switch
        {
            'w' => $"[{WordCharacters}]",
            'W' => $"[^{WordCharacters}]",
            'h' => "[0-9A-Fa-f]",
            'H' => "[^0-9A-Fa-f]",
            's' or 'S' or 'd' or 'D' or 'r' or 'n' or 't' or 'f' or 'v' or 'A' or 'z' => $"\\{c}",
            _ when char.IsAsciiLetterOrDigit(c) => throw new ArgumentException($"the escape \\{c}", nameof(pattern)),
            _ => char.IsAscii(c) ? $"\\{c}" : c.ToString(),
        });
        return i + 2;
    }

    // .NET names Unicode's categories as Oniguruma does, and blocks and scripts otherwise: only categories pass.
    private static int Property(string pattern, int i, StringBuilder output)
    {
        var end = pattern.IndexOf('}', i);
        if (end < 0 || i + 2 >= pattern.Length || pattern[i + 2] != '{' || end - i is < 4 or > 5) throw new ArgumentException("a property that is no category", nameof(pattern));
        output.Append(pattern, i, end + 1 - i);
        return end + 1;
    }

    private static int Class(string pattern, int start, StringBuilder output)
    {
        var i = start + 1;
        output.Append('[');
        if (i < pattern.Length && pattern[i] == '^')
        {
            output.Append('^');
            i++;
        }
        for (var first = i; ; first = -1)
        {
            if (i >= pattern.Length) throw new ArgumentException("a class that does not end", nameof(pattern));
            var c = pattern[i];
            if (c == ']' && i != first) break;
            if (c == '[' || char.IsSurrogate(c) || string.CompareOrdinal(pattern, i, "&&", 0, 2) == 0) throw new ArgumentException("a class within a class", nameof(pattern));
            if (c == '\\') i = ClassEscape(pattern, i, output);
            else
            {
                output.Append(c == ']' ? @"\]" : c.ToString());
                i++;
            }
        }
        output.Append(']');
        return i + 1;
    }

    private static int ClassEscape(string pattern, int i, StringBuilder output)
    {
        var c = i + 1 < pattern.Length ? pattern[i + 1] : throw new ArgumentException("a backslash at the end", nameof(pattern));
        if (c == 'w') output.Append(WordCharacters);
        else if (c == 'h') output.Append("0-9A-Fa-f");
        else if (c is 'W' or 'H') throw new ArgumentException($"the escape \\{c} in a class", nameof(pattern));
        else return c == '-' || c == '/' || !char.IsAsciiLetterOrDigit(c) ? Literal(c, i, output) : Escape(pattern, i, output);
        return i + 2;
    }

    private static int Literal(char c, int i, StringBuilder output)
    {
        output.Append(c is '-' or ']' or '[' or '\\' or '^' ? $"\\{c}" : c.ToString());
        return i + 2;
    }
}
