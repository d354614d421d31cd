using System.Globalization;
using System.Text.Json;

namespace Mimir.Models.Templates.Values;

/// <summary>From JSON to values and back, as Python's json does it.</summary>
internal static class Json
{
    private const int MaxDepth = 64;

    /// <summary>A value whose every text is a stranger's.</summary>
    /// <exception cref="ChatTemplateException">Nested too deeply, text that is not Unicode, or a number out of range.</exception>
    public static object Read(JsonElement json, Budget budget, int depth = 0)
    {
        budget.Step();
        if (depth > MaxDepth) throw new ChatTemplateException($"a JSON value is nested more than {MaxDepth} deep");
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.Object => new MapValue(json.EnumerateObject().Select(p => (MarkedText.Strange(p.Name), Read(p.Value, budget, depth + 1)))),
                JsonValueKind.Array => new ListValue([.. json.EnumerateArray().Select(e => Read(e, budget, depth + 1))]),
                JsonValueKind.String => MarkedText.Strange(json.GetString()!),
                JsonValueKind.Number => Number(json),
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => None.Value,
            };
        }
        catch (InvalidOperationException e)
        {
            throw new ChatTemplateException("a JSON text is not valid Unicode", inner: e);
        }
    }

    /// <summary>json.dumps(value, ...).</summary>
    public static MarkedText Write(object value, JsonStyle style, Budget budget)
    {
        var to = new MarkedTextBuilder(budget);
        Write(value, style, 0, to, budget);
        return to.ToText();
    }

    private static object Number(JsonElement json)
    {
        if (json.TryGetInt64(out var integer) && json.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0) return integer;
        if (json.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') >= 0 && json.TryGetDouble(out var real) && double.IsFinite(real)) return real;
        throw new ChatTemplateException("a JSON number is out of range");
    }

    private static void Write(object value, JsonStyle style, int depth, MarkedTextBuilder to, Budget budget)
    {
        budget.Step();
        switch (value)
        {
            case MarkedText text:
                Quote(text, style, to);
                break;
            case None or Undefined:
                to.Append("null");
                break;
            case bool flag:
                to.Append(flag ? "true" : "false");
                break;
            case long or double:
                to.Append(value is double real ? Printing.Number(real) : ((long)value).ToString(CultureInfo.InvariantCulture));
                break;
            case ListValue list:
                Container('[', list.Items.Count, ']', i => Write(list.Items[i], style, depth + 1, to, budget), style, depth, to);
                break;
            case MapValue map:
                var entries = style.SortKeys ? [.. map.Entries.OrderBy(e => e.Key.Text, StringComparer.Ordinal)] : map.Entries;
                Container('{', entries.Count, '}', i =>
                {
                    Quote(entries[i].Key, style, to);
                    to.Append(style.KeySeparator);
                    Write(entries[i].Value, style, depth + 1, to, budget);
                }, style, depth, to);
                break;
            default:
                throw budget.Error("a function or namespace has no JSON form");
        }
    }

    private static void Container(char open, int count, char close, Action<int> element, JsonStyle style, int depth, MarkedTextBuilder to)
    {
        to.Append(open.ToString());
        for (var i = 0; i < count; i++)
        {
            if (i > 0) to.Append(style.ItemSeparator);
            Line(style, depth + 1, to);
            element(i);
        }
        if (count > 0) Line(style, depth, to);
        to.Append(close.ToString());
    }

    private static void Line(JsonStyle style, int depth, MarkedTextBuilder to)
    {
        if (style.Indent is { } indent) to.Append("\n" + string.Concat(Enumerable.Repeat(indent, depth)));
    }

    private static void Quote(MarkedText text, JsonStyle style, MarkedTextBuilder to)
    {
        to.Append("\"");
        var done = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text.Text[i];
            var escaped = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)c:x4}",
                >= '\x7f' when style.EnsureAscii && c != '\x7f' => $"\\u{(int)c:x4}",
                _ => null,
            };
            if (escaped is null) continue;
            to.Append(text, done, i - done).Append(escaped, text.IsForeign);
            done = i + 1;
        }
        to.Append(text, done, text.Length - done).Append("\"");
    }
}

/// <summary>The arguments of json.dumps.</summary>
/// <param name="Indent">One level's white space; null: all on one line.</param>
/// <param name="ItemSeparator">Between elements.</param>
/// <param name="KeySeparator">After keys.</param>
/// <param name="SortKeys">Keys in order of their characters.</param>
/// <param name="EnsureAscii">Other characters are escaped.</param>
internal sealed record JsonStyle(string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys, bool EnsureAscii);
