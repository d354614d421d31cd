using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>Python's methods of str.</summary>
internal static class TextMethods
{
    /// <summary>The method of that name, or null.</summary>
    public static Callable? Find(MarkedText text, string name, Budget budget)
    {
        Func<Arguments, object>? method = name switch
        {
            "strip" => a => PythonText.Strip(text, Characters(a)),
            "lstrip" => a => PythonText.Strip(text, Characters(a), end: false),
            "rstrip" => a => PythonText.Strip(text, Characters(a), start: false),
            "upper" => a => None(a, text.With(text.Text.ToUpperInvariant())),
            "lower" or "casefold" => a => None(a, text.With(text.Text.ToLowerInvariant())),
            "capitalize" => a => None(a, TextOperations.TitleCase(text, _ => false)),
            "title" => a => None(a, TextOperations.TitleCase(text, c => !char.IsLetter(c))),
            "split" => a => Split(text, a, fromEnd: false),
            "rsplit" => a => Split(text, a, fromEnd: true),
            "splitlines" => a => new ListValue(TextOperations.Lines(text, a.Bind("keepends")[0] is { } keep && Operators.Truth(keep), budget)),
            "startswith" => a => Affix(a, part => text.Text.StartsWith(part, StringComparison.Ordinal)),
            "endswith" => a => Affix(a, part => text.Text.EndsWith(part, StringComparison.Ordinal)),
            "removeprefix" => a => Remove(text, a, start: true),
            "removesuffix" => a => Remove(text, a, start: false),
            "replace" => Replace,
            "find" => a => Place(text.Text, text.Text.IndexOf(a.Text(a.Bind("sub")[0]).Text, StringComparison.Ordinal)),
            "rfind" => a => Place(text.Text, text.Text.LastIndexOf(a.Text(a.Bind("sub")[0]).Text, StringComparison.Ordinal)),
            "count" => a => Count(text, a),
            "join" => a => TextOperations.Join(Filters.Elements(a.Bind("iterable")[0] ?? throw a.Error("needs a list"), budget), text, budget),
            "isdigit" or "isdecimal" or "isnumeric" => a => None(a, text.Length > 0 && text.Text.All(char.IsDigit)),
            "isalpha" => a => None(a, text.Length > 0 && text.Text.All(char.IsLetter)),
            "isalnum" => a => None(a, text.Length > 0 && text.Text.All(char.IsLetterOrDigit)),
            "isspace" => a => None(a, text.Length > 0 && text.Text.All(PythonText.IsSpace)),
            "isupper" => a => None(a, text.Text.Any(char.IsUpper) && !text.Text.Any(char.IsLower)),
            "islower" => a => None(a, text.Text.Any(char.IsLower) && !text.Text.Any(char.IsUpper)),
            _ => null,
        };
        return method is null ? null : new Callable(name, a =>
        {
            budget.Step(1 + text.Length / 8);
            return method(a);
        });

        object Replace(Arguments a)
        {
            var bound = a.Bind("old", "new", "count");
            return TextOperations.Replace(text, a.Text(bound[0]), a.Text(bound[1]), a.Integer(bound[2], -1), budget);
        }
    }

    private static object None(Arguments arguments, object value)
    {
        arguments.Bind();
        return value;
    }

    private static string? Characters(Arguments arguments) =>
        arguments.Bind("chars")[0] is { } value and not Values.None ? arguments.Text(value).Text : null;

    private static ListValue Split(MarkedText text, Arguments a, bool fromEnd)
    {
        var bound = a.Bind("sep", "maxsplit");
        var most = a.Integer(bound[1], -1);
        if (bound[0] is null or Values.None)
            return fromEnd && most >= 0 ? throw a.Error("needs a separator") : new ListValue(TextOperations.SplitAtSpace(text, most, a.Budget));
        var separator = a.Text(bound[0]).Text;
        if (separator.Length == 0) throw a.Error("needs a separator that is not empty");
        return new ListValue(fromEnd ? TextOperations.SplitFromEnd(text, separator, most, a.Budget) : TextOperations.Split(text, separator, most, a.Budget));
    }

    private static bool Affix(Arguments a, Func<string, bool> has) => a.Bind("prefix")[0] switch
    {
        ListValue any => any.Items.Any(item => has(a.Text(item).Text)),
        var one => has(a.Text(one).Text),
    };

    private static MarkedText Remove(MarkedText text, Arguments a, bool start)
    {
        var part = a.Text(a.Bind("part")[0]).Text;
        if (part.Length == 0) return text;
        if (start) return text.Text.StartsWith(part, StringComparison.Ordinal) ? text.Slice(part.Length, text.Length - part.Length) : text;
        return text.Text.EndsWith(part, StringComparison.Ordinal) ? text.Slice(0, text.Length - part.Length) : text;
    }

    private static long Place(string text, int index) => index < 0 ? -1 : PythonText.Count(text[..index]);

    private static long Count(MarkedText text, Arguments a)
    {
        var part = a.Text(a.Bind("sub")[0]).Text;
        if (part.Length == 0) return PythonText.Count(text.Text) + 1L;
        var count = 0L;
        for (var at = 0; (at = text.Text.IndexOf(part, at, StringComparison.Ordinal)) >= 0; at += part.Length) count++;
        return count;
    }
}
