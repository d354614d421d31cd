using System.Globalization;

namespace Mimir.Models.Templates.Values;

/// <summary>Python's str and repr of values.</summary>
internal static class Printing
{
    /// <summary>str(value).</summary>
    public static MarkedText Text(object value, Budget budget) => value switch
    {
        MarkedText text => text,
        Undefined => MarkedText.Empty,
        None => MarkedText.Own("None"),
        bool flag => MarkedText.Own(flag ? "True" : "False"),
        long number => MarkedText.Own(number.ToString(CultureInfo.InvariantCulture)),
        double number => MarkedText.Own(Number(number)),
        ListValue or MapValue => Written(value, budget),
        _ => throw budget.Error("prints a function or namespace"),
    };

    /// <summary>repr of a float: the shortest digits that give it back, with a point or an exponent.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var magnitude = Math.Abs(value);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (magnitude != 0 && magnitude is < 1e-4 or >= 1e16)
        {
            if (!shortest.Contains('E', StringComparison.Ordinal)) shortest = value.ToString("0.################E+0", CultureInfo.InvariantCulture);
            var cut = shortest.IndexOf('E', StringComparison.Ordinal);
            var exponent = int.Parse(shortest.AsSpan(cut + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return $"{shortest[..cut]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (shortest.Contains('E', StringComparison.Ordinal)) shortest = value.ToString("0.####################", CultureInfo.InvariantCulture);
        return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
    }

    private static MarkedText Written(object value, Budget budget)
    {
        var to = new MarkedTextBuilder(budget);
        Write(value, to, budget);
        return to.ToText();
    }

    private static void Write(object value, MarkedTextBuilder to, Budget budget)
    {
        budget.Step();
        switch (value)
        {
            case MarkedText text:
                Quote(text, to);
                break;
            case ListValue list:
                to.Append(list.IsTuple ? "(" : "[");
                for (var i = 0; i < list.Items.Count; i++)
                {
                    if (i > 0) to.Append(", ");
                    Write(list.Items[i], to, budget);
                }
                to.Append(list.IsTuple ? list.Items.Count == 1 ? ",)" : ")" : "]");
                break;
            case MapValue map:
                to.Append("{");
                for (var i = 0; i < map.Entries.Count; i++)
                {
                    if (i > 0) to.Append(", ");
                    Quote(map.Entries[i].Key, to);
                    to.Append(": ");
                    Write(map.Entries[i].Value, to, budget);
                }
                to.Append("}");
                break;
            case Undefined:
                to.Append("Undefined");
                break;
            default:
                to.Append(Text(value, budget));
                break;
        }
    }

    private static void Quote(MarkedText text, MarkedTextBuilder to)
    {
        var quote = text.Text.Contains('\'', StringComparison.Ordinal) && !text.Text.Contains('"', StringComparison.Ordinal) ? "\"" : "'";
        to.Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text.Text[i];
            var escaped = c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\\' => "\\\\",
                '\'' when quote == "'" => "\\'",
                < ' ' or (>= '\x7f' and < '\xa1') or '\xad' => $"\\x{(int)c:x2}",
                _ => null,
            };
            if (escaped is null) to.Append(text, i, 1);
            else to.Append(escaped, text.IsForeign);
        }
        to.Append(quote);
    }
}
