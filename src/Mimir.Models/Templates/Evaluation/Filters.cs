using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>value | ...</summary>
internal delegate object Filter(object value, Arguments arguments);

/// <summary>Jinja's filters, as far as they have a place in a chat template.</summary>
internal static partial class Filters
{
    private static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["abs"] = (v, a) => Operators.Number(v) switch { long n => (object)Math.Abs(n), double n => Math.Abs(n), _ => throw a.Error("needs a number") },
        ["attr"] = (v, a) => Members.Attribute(v, a.Text(a.Bind("name")[0]).Text, a.Budget),
        ["batch"] = Batch,
        ["capitalize"] = (v, a) => TextOperations.TitleCase(Printing.Text(v, a.Budget), _ => false),
        ["default"] = Default,
        ["dictsort"] = DictionarySort,
        ["escape"] = (v, a) => Escape(Printing.Text(v, a.Budget), a.Budget),
        ["first"] = (v, a) => Elements(v, a.Budget) is [var first, ..] ? first : new Undefined("the first element"),
        ["float"] = (v, a) => ToReal(v) ?? a.Bind("default")[0] ?? 0.0,
        ["groupby"] = GroupBy,
        ["indent"] = Indent,
        ["int"] = (v, a) => ToInteger(v, a) ?? a.Bind("default", "base")[0] ?? 0L,
        ["items"] = (v, a) => v is Undefined ? new ListValue([]) : Items(v as MapValue ?? throw a.Error("needs a mapping"), a.Budget),
        ["join"] = Join,
        ["last"] = (v, a) => Elements(v, a.Budget) is [.., var last] ? last : new Undefined("the last element"),
        ["length"] = (v, a) => v is MarkedText text ? (long)PythonText.Count(text.Text) : (long)Elements(v, a.Budget).Count,
        ["list"] = (v, a) => new ListValue(Elements(v, a.Budget)),
        ["lower"] = (v, a) => Printing.Text(v, a.Budget) is var text ? text.With(text.Text.ToLowerInvariant()) : v,
        ["map"] = Map,
        ["max"] = (v, a) => Extreme(v, a, 1),
        ["min"] = (v, a) => Extreme(v, a, -1),
        ["reject"] = (v, a) => Select(v, a, byAttribute: false, keep: false),
        ["rejectattr"] = (v, a) => Select(v, a, byAttribute: true, keep: false),
        ["replace"] = Replace,
        ["reverse"] = Reverse,
        ["round"] = (v, a) => Round(v, a),
        ["safe"] = (v, _) => v,
        ["select"] = (v, a) => Select(v, a, byAttribute: false, keep: true),
        ["selectattr"] = (v, a) => Select(v, a, byAttribute: true, keep: true),
        ["sort"] = Sort,
        ["string"] = (v, a) => Printing.Text(v, a.Budget),
        ["sum"] = Sum,
        ["title"] = (v, a) => TextOperations.TitleCase(Printing.Text(v, a.Budget), c => PythonText.IsSpace(c) || "-({[<".Contains(c, StringComparison.Ordinal)),
        ["tojson"] = ToJson,
        ["trim"] = (v, a) => PythonText.Strip(Printing.Text(v, a.Budget), a.Bind("chars")[0] is { } chars and not None ? a.Text(chars).Text : null),
        ["unique"] = Unique,
        ["upper"] = (v, a) => Printing.Text(v, a.Budget) is var text ? text.With(text.Text.ToUpperInvariant()) : v,
        ["wordcount"] = (v, a) => (long)TextOperations.SplitAtSpace(Printing.Text(v, a.Budget), -1, a.Budget).Count,
    };

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal) { ["d"] = "default", ["count"] = "length", ["e"] = "escape" };

    /// <summary>The filter of that name, or null.</summary>
    public static Filter? Find(string name) => All.GetValueOrDefault(Aliases.GetValueOrDefault(name, name));

    /// <summary>What a loop over <paramref name="value"/> runs through.</summary>
    public static List<object> Elements(object value, Budget budget)
    {
        List<object> elements = value switch
        {
            ListValue list => [.. list.Items],
            MapValue map => [.. map.Entries.Select(e => (object)e.Key)],
            MarkedText text => PythonText.Characters(text, budget),
            Undefined => [],
            _ => throw budget.Error($"cannot go through {Operators.KindOf(value)}"),
        };
        budget.Step(elements.Count);
        return elements;
    }

    /// <summary>The entries of a mapping as tuples.</summary>
    public static ListValue Items(MapValue map, Budget budget)
    {
        budget.Step(map.Entries.Count);
        return new ListValue([.. map.Entries.Select(e => (object)new ListValue([e.Key, e.Value], IsTuple: true))]);
    }

    private static object Default(object value, Arguments arguments)
    {
        var bound = arguments.Bind("default_value", "boolean");
        var missing = value is Undefined || (bound[1] is { } boolean && Operators.Truth(boolean) && !Operators.Truth(value));
        return missing ? bound[0] ?? MarkedText.Empty : value;
    }

    private static MarkedText ToJson(object value, Arguments arguments)
    {
        // The order of transformers' own tojson.
        var bound = arguments.Bind("ensure_ascii", "indent", "separators", "sort_keys");
        var indent = bound[1] switch
        {
            null or None => null,
            MarkedText text => text.Text,
            var number => arguments.Integer(number) is >= 0 and <= 64 and var width ? new string(' ', width) : throw arguments.Error("has an indent out of range"),
        };
        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (bound[2] is ListValue { Items: [MarkedText first, MarkedText second] }) (item, key) = (first.Text, second.Text);
        else if (bound[2] is not null and not None) throw arguments.Error("needs two separators");
        return Json.Write(value, new JsonStyle(indent, item, key, Flag(bound[3]), Flag(bound[0])), arguments.Budget);
    }

    private static bool Flag(object? value) => value is not null && Operators.Truth(value);

    private static object? ToReal(object value) => Operators.Number(value) switch
    {
        long number => (double)number,
        double number => number,
        _ => value is MarkedText text && double.TryParse(text.Text.Trim(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed) ? parsed : null,
    };

    private static object? ToInteger(object value, Arguments arguments)
    {
        var radix = arguments.Integer(arguments.Bind("default", "base")[1], 10);
        if (radix is not 10) throw arguments.Error("knows base 10 only");
        if (value is MarkedText text && long.TryParse(text.Text.Trim(), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var parsed)) return parsed;
        if (Operators.Number(value) is long number) return number;
        return ToReal(value) is double real && Math.Abs(real) < long.MaxValue ? (long)Math.Truncate(real) : null;
    }

    private static double Round(object value, Arguments arguments)
    {
        var bound = arguments.Bind("precision", "method");
        var (number, digits) = (ToReal(value) as double? ?? throw arguments.Error("needs a number"), arguments.Integer(bound[0], 0));
        if (digits is < 0 or > 15) throw arguments.Error("has a precision out of range");
        var scale = Math.Pow(10, digits);
        return arguments.Text(bound[1], MarkedText.Own("common")).Text switch
        {
            "common" => Math.Round(number, digits, MidpointRounding.ToEven),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw arguments.Error("knows the methods common, ceil and floor"),
        };
    }
}
