using Mimir.Models.Templates.Syntax;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>value.name</summary>
internal sealed class Field(int line, Expression target, string name) : Expression(line)
{
    /// <summary>Whose.</summary>
    public Expression Target { get; } = target;

    /// <summary>Which.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    protected override object Value(Scope scope) => Members.Attribute(Target.Evaluate(scope), Name, scope.Budget);
}

/// <summary>value[key]</summary>
internal sealed class Element(int line, Expression target, Expression key) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope) => Members.Element(target.Evaluate(scope), key.Evaluate(scope), scope.Budget);
}

/// <summary>value[start:stop:step]</summary>
internal sealed class Slice(int line, Expression target, Expression? start, Expression? stop, Expression? step) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope)
    {
        var value = target.Evaluate(scope);
        var items = value switch
        {
            ListValue list => list.Items,
            MarkedText text => PythonText.Characters(text, scope.Budget),
            _ => throw scope.Budget.Error($"cannot slice {Operators.KindOf(value)}"),
        };
        var taken = Take(items, Bound(start, scope), Bound(stop, scope), Bound(step, scope) ?? 1, scope.Budget);
        return value is ListValue { IsTuple: var tuple } ? new ListValue(taken, tuple) : TextOperations.Join(taken, MarkedText.Empty, scope.Budget);
    }

    private static long? Bound(Expression? bound, Scope scope) => bound?.Evaluate(scope) switch
    {
        null or None => null,
        long number => Math.Clamp(number, int.MinValue, int.MaxValue),
        _ => throw scope.Budget.Error("the bound of a slice is no integer"),
    };

    private static List<object> Take(IReadOnlyList<object> items, long? start, long? stop, long step, Budget budget)
    {
        if (step == 0) throw budget.Error("the step of a slice is 0");
        var (count, taken) = ((long)items.Count, new List<object>());
        long Place(long bound, long least, long most) => Math.Clamp(bound < 0 ? bound + count : bound, least, most);
        var (from, to) = step > 0
            ? (start is { } a ? Place(a, 0, count) : 0, stop is { } b ? Place(b, 0, count) : count)
            : (start is { } c ? Place(c, -1, count - 1) : count - 1, stop is { } d ? Place(d, -1, count - 1) : -1);
        for (var i = from; step > 0 ? i < to : i > to; i += step) taken.Add(items[(int)i]);
        budget.Step(taken.Count);
        return taken;
    }
}

/// <summary>Attributes and elements of values.</summary>
internal static class Members
{
    /// <summary>value.name: a method, or the entry of a mapping. Undefined when there is none.</summary>
    public static object Attribute(object value, string name, Budget budget) => (object?)Method(value, name, budget) ?? value switch
    {
        MapValue map => map.Find(name),
        NamespaceValue space => space.Fields.GetValueOrDefault(name),
        Callable callable => callable.Attribute?.Invoke(name),
        Undefined undefined => throw budget.Error($"'{undefined.Name}' is undefined"),
        _ => null,
    } ?? new Undefined(name);

    /// <summary>value[key].</summary>
    public static object Element(object value, object key, Budget budget) => (value, key) switch
    {
        (Undefined undefined, _) => throw budget.Error($"'{undefined.Name}' is undefined"),
        (MapValue map, MarkedText name) => map.Find(name.Text) ?? (object?)Method(value, name.Text, budget) ?? new Undefined(name.Shown),
        (ListValue list, long index) => At(list.Items, index) ?? new Undefined("an element"),
        (MarkedText text, long index) => At(PythonText.Characters(text, budget), index) ?? new Undefined("a character"),
        (_, MarkedText name) => Attribute(value, name.Text, budget) is var found && found is Undefined ? new Undefined(name.Shown) : found,
        _ => new Undefined("an element"),
    };

    private static object? At(IReadOnlyList<object> items, long index)
    {
        if (index < 0) index += items.Count;
        return index >= 0 && index < items.Count ? items[(int)index] : null;
    }

    private static Callable? Method(object value, string name, Budget budget) => value switch
    {
        MarkedText text => TextMethods.Find(text, name, budget),
        MapValue map => MapMethod(map, name),
        ListValue list => ListMethod(list, name, budget),
        _ => null,
    };

    private static Callable? MapMethod(MapValue map, string name) => name switch
    {
        "items" => new(name, a => Filters.Items(map, a.Budget)),
        "keys" => new(name, _ => new ListValue([.. map.Entries.Select(e => (object)e.Key)])),
        "values" => new(name, _ => new ListValue([.. map.Entries.Select(e => e.Value)])),
        "get" => new(name, a =>
        {
            var bound = a.Bind("key", "default");
            return (bound[0] is MarkedText key ? map.Find(key.Text) : null) ?? bound[1] ?? None.Value;
        }),
        _ => null,
    };

    private static Callable? ListMethod(ListValue list, string name, Budget budget) => name switch
    {
        "count" => new(name, a => (long)list.Items.Count(item => Operators.Same(item, a.Bind("value")[0] ?? None.Value, budget))),
        "index" => new(name, a =>
        {
            var place = list.Items.ToList().FindIndex(item => Operators.Same(item, a.Bind("value")[0] ?? None.Value, budget));
            return place >= 0 ? (long)place : throw a.Error("does not find the value");
        }),
        _ => null,
    };
}
