using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>Filters on lists and mappings.</summary>
internal static partial class Filters
{
    // "a.b.0": attributes and elements, one in the other.
    private static object Field(object value, object path, Arguments arguments)
    {
        if (path is long index) return Members.Element(value, index, arguments.Budget);
        foreach (var step in arguments.Text(path).Text.Split('.'))
            value = Members.Element(value, long.TryParse(step, out var place) ? place : MarkedText.Own(step), arguments.Budget);
        return value;
    }

    private static ListValue Map(object value, Arguments arguments)
    {
        var elements = Elements(value, arguments.Budget);
        if (arguments.Positional.Count == 0)
        {
            var bound = arguments.Bind("attribute", "default");
            var path = bound[0] ?? throw arguments.Error("needs a filter or an attribute");
            return new ListValue([.. elements.Select(e => Field(e, path, arguments) is var field && field is Undefined ? bound[1] ?? field : field)]);
        }
        var name = arguments.Text(arguments.Positional[0]).Text;
        var filter = Find(name) ?? throw arguments.Error($"does not know the filter '{arguments.Text(arguments.Positional[0]).Shown}'");
        var rest = new Arguments(name, [.. arguments.Positional.Skip(1)], arguments.Named, arguments.Budget);
        return new ListValue([.. elements.Select(e => filter(e, rest))]);
    }

    private static ListValue Select(object value, Arguments arguments, bool byAttribute, bool keep)
    {
        if (arguments.Named.Count > 0) throw arguments.Error("takes no named arguments");
        var given = arguments.Positional;
        var path = byAttribute ? given.Count > 0 ? given[0] : throw arguments.Error("needs an attribute") : null;
        var rest = byAttribute ? given.Skip(1).ToList() : [.. given];
        var name = rest.Count > 0 ? arguments.Text(rest[0]).Text : null;
        var test = name is null ? (v, _) => Operators.Truth(v) : Tests.Find(name) ?? throw arguments.Error($"does not know the test '{arguments.Text(rest[0]).Shown}'");
        var others = new Arguments(name ?? "", [.. rest.Skip(1)], [], arguments.Budget);
        return new ListValue([.. Elements(value, arguments.Budget).Where(e => test(path is null ? e : Field(e, path, arguments), others) == keep)]);
    }

    private static ListValue Sort(object value, Arguments arguments)
    {
        var bound = arguments.Bind("reverse", "case_sensitive", "attribute");
        return new ListValue(Sorted(Elements(value, arguments.Budget), e => Key(e, bound[2], bound[1], arguments), Flag(bound[0]), arguments.Budget));
    }

    private static ListValue Unique(object value, Arguments arguments)
    {
        var (bound, seen) = (arguments.Bind("case_sensitive", "attribute"), new List<object>());
        return new ListValue([.. Elements(value, arguments.Budget).Where(e =>
        {
            var key = Key(e, bound[1], bound[0], arguments);
            if (seen.Any(other => Operators.Same(other, key, arguments.Budget))) return false;
            seen.Add(key);
            return true;
        })]);
    }

    private static object Extreme(object value, Arguments arguments, int sign)
    {
        var bound = arguments.Bind("case_sensitive", "attribute");
        object? best = null;
        foreach (var element in Elements(value, arguments.Budget))
            if (best is null || sign * Operators.Compare(Key(element, bound[1], bound[0], arguments), Key(best, bound[1], bound[0], arguments), arguments.Budget) > 0)
                best = element;
        return best ?? new Undefined("an extreme of nothing");
    }

    private static object Sum(object value, Arguments arguments)
    {
        var bound = arguments.Bind("attribute", "start");
        return Elements(value, arguments.Budget).Aggregate(bound[1] ?? 0L,
            (sum, e) => Operators.Arithmetic("+", sum, bound[0] is null or None ? e : Field(e, bound[0]!, arguments), arguments.Budget));
    }

    private static ListValue DictionarySort(object value, Arguments arguments)
    {
        var bound = arguments.Bind("case_sensitive", "by", "reverse");
        var map = value as MapValue ?? throw arguments.Error("needs a mapping");
        var place = arguments.Text(bound[1], MarkedText.Own("key")).Text switch { "key" => 0L, "value" => 1L, _ => throw arguments.Error("sorts by key or value") };
        return new ListValue(Sorted(Items(map, arguments.Budget).Items, e => Key(e, place, bound[0], arguments), Flag(bound[2]), arguments.Budget));
    }

    private static ListValue GroupBy(object value, Arguments arguments)
    {
        var bound = arguments.Bind("attribute", "default", "case_sensitive");
        var path = bound[0] ?? throw arguments.Error("needs an attribute");
        object KeyOf(object e) => Field(e, path, arguments) is var field && field is Undefined ? bound[1] ?? field : field;
        var groups = new List<(object Key, List<object> Items)>();
        foreach (var element in Sorted(Elements(value, arguments.Budget), e => Folded(KeyOf(e), bound[2]), false, arguments.Budget))
        {
            var key = KeyOf(element);
            if (groups.Count == 0 || !Operators.Same(Folded(groups[^1].Key, bound[2]), Folded(key, bound[2]), arguments.Budget)) groups.Add((key, []));
            groups[^1].Items.Add(element);
        }
        return new ListValue([.. groups.Select(g => (object)new ListValue([g.Key, new ListValue(g.Items)], IsTuple: true))]);
    }

    private static ListValue Batch(object value, Arguments arguments)
    {
        var bound = arguments.Bind("linecount", "fill_with");
        if (arguments.Integer(bound[0]) is not (> 0 and <= 100_000 and var size)) throw arguments.Error("needs a positive number");
        return new ListValue([.. Elements(value, arguments.Budget).Chunk(size).Select(chunk =>
        {
            if (bound[1] is not null) arguments.Budget.Step(size);
            return (object)new ListValue(bound[1] is { } fill ? [.. chunk, .. Enumerable.Repeat(fill, size - chunk.Length)] : chunk);
        })]);
    }

    private static object Key(object element, object? path, object? caseSensitive, Arguments arguments) =>
        Folded(path is null or None ? element : Field(element, path, arguments), caseSensitive);

    private static object Folded(object key, object? caseSensitive) =>
        key is MarkedText text && !Flag(caseSensitive) ? text.With(text.Text.ToLowerInvariant()) : key;

    // Stable, and the comparison may refuse: a merge by hand instead of Array.Sort, which hides the refusal in an exception of its own.
    private static List<object> Sorted(IReadOnlyList<object> elements, Func<object, object> keyOf, bool descending, Budget budget)
    {
        var items = elements.Select(e => (Key: keyOf(e), Element: e)).ToArray();
        var other = new (object Key, object Element)[items.Length];
        for (long width = 1; width < items.Length; width *= 2, (items, other) = (other, items))
            for (long start = 0; start < items.Length; start += 2 * width)
            {
                var (left, middle, end) = (start, Math.Min(start + width, items.Length), Math.Min(start + 2 * width, items.Length));
                var right = middle;
                for (var to = start; to < end; to++)
                {
                    budget.Step();
                    var order = left < middle && right < end ? Operators.Compare(items[left].Key, items[right].Key, budget) : 0;
                    other[to] = right >= end || (left < middle && (descending ? order >= 0 : order <= 0)) ? items[left++] : items[right++];
                }
            }
        return [.. items.Select(i => i.Element)];
    }
}
