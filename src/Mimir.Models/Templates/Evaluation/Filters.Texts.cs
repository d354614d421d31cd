using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>Filters on texts.</summary>
internal static partial class Filters
{
    private static MarkedText Replace(object value, Arguments arguments)
    {
        var bound = arguments.Bind("old", "new", "count");
        return TextOperations.Replace(Printing.Text(value, arguments.Budget), arguments.Text(bound[0]), arguments.Text(bound[1]),
            bound[2] is None ? -1 : arguments.Integer(bound[2], -1), arguments.Budget);
    }

    private static object Reverse(object value, Arguments arguments)
    {
        var elements = Elements(value, arguments.Budget);
        elements.Reverse();
        return value is MarkedText ? TextOperations.Join(elements, MarkedText.Empty, arguments.Budget) : new ListValue(elements);
    }

    private static MarkedText Join(object value, Arguments arguments)
    {
        var bound = arguments.Bind("d", "attribute");
        var elements = Elements(value, arguments.Budget);
        return TextOperations.Join(bound[1] is null or None ? elements : elements.Select(e => Field(e, bound[1]!, arguments)),
            bound[0] is null ? MarkedText.Empty : Printing.Text(bound[0]!, arguments.Budget), arguments.Budget);
    }

    // do_indent of Jinja: the first line and blank lines stay, unless asked for.
    private static MarkedText Indent(object value, Arguments arguments)
    {
        var bound = arguments.Bind("width", "first", "blank");
        var width = bound[0] is MarkedText text ? text
            : arguments.Integer(bound[0], 4) is >= 0 and <= 1000 and var count ? MarkedText.Own(new string(' ', count)) : throw arguments.Error("has a width out of range");
        var lines = TextOperations.Split(Printing.Text(value, arguments.Budget), "\n", -1, arguments.Budget);
        var result = new MarkedTextBuilder(arguments.Budget);
        for (var i = 0; i < lines.Count; i++)
        {
            var line = (MarkedText)lines[i];
            if (i > 0) result.Append("\n");
            if (i == 0 ? Flag(bound[1]) : line.Length > 0 || Flag(bound[2])) result.Append(width);
            result.Append(line);
        }
        return result.ToText();
    }

    private static MarkedText Escape(MarkedText text, Budget budget)
    {
        var result = new MarkedTextBuilder(budget);
        for (var i = 0; i < text.Length; i++)
        {
            var escaped = text.Text[i] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '\'' => "&#39;", '"' => "&#34;", _ => null };
            if (escaped is null) result.Append(text, i, 1);
            else result.Append(escaped, text.IsForeign);
        }
        return result.ToText();
    }
}
