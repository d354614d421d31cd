using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>Python's operators.</summary>
internal static class Operators
{
    /// <summary>bool(value).</summary>
    public static bool Truth(object value) => value switch
    {
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        MarkedText text => text.Length > 0,
        ListValue list => list.Items.Count > 0,
        MapValue map => map.Entries.Count > 0,
        None or Undefined => false,
        _ => true,
    };

    /// <summary>left == right.</summary>
    public static bool Same(object left, object right, Budget budget)
    {
        budget.Step();
        return (left, right) switch
        {
            (MarkedText a, MarkedText b) => a.Text == b.Text,
            (ListValue a, ListValue b) => a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && !a.Items.Where((item, i) => !Same(item, b.Items[i], budget)).Any(),
            (MapValue a, MapValue b) => a.Entries.Count == b.Entries.Count && a.Entries.All(e => b.Find(e.Key.Text) is { } other && Same(e.Value, other, budget)),
            (Undefined, Undefined) => true,
            _ => Number(left) is { } x && Number(right) is { } y ? Order(x, y) == 0 : ReferenceEquals(left, right),
        };
    }

    /// <summary>Sign of left − right; numbers with numbers, texts with texts.</summary>
    public static int Compare(object left, object right, Budget budget) => (left, right) switch
    {
        (MarkedText a, MarkedText b) => string.CompareOrdinal(a.Text, b.Text),
        _ => Number(left) is { } x && Number(right) is { } y ? Order(x, y) : throw Mismatch("compare", left, right, budget),
    };

    /// <summary>item in container.</summary>
    public static bool Contains(object container, object item, Budget budget) => (container, item) switch
    {
        (MarkedText text, MarkedText part) => text.Text.Contains(part.Text, StringComparison.Ordinal),
        (ListValue list, _) => list.Items.Any(other => Same(other, item, budget)),
        (MapValue map, MarkedText key) => map.Find(key.Text) is not null,
        (MapValue or Undefined, _) => false,
        (NamespaceValue space, MarkedText key) => space.Fields.ContainsKey(key.Text),
        _ => throw Mismatch("look for", item, container, budget),
    };

    /// <summary>left (operator) right, for arithmetic.</summary>
    public static object Arithmetic(string operation, object left, object right, Budget budget)
    {
        switch (operation, left, right)
        {
            case ("+", MarkedText a, MarkedText b):
                return new MarkedTextBuilder(budget).Append(a).Append(b).ToText();
            case ("+", ListValue a, ListValue b) when a.IsTuple == b.IsTuple:
                budget.Step((long)a.Items.Count + b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items], a.IsTuple);
            case ("*", MarkedText a, long count):
                return TextOperations.Repeat(a, count, budget);
            case ("*", long count, MarkedText a):
                return TextOperations.Repeat(a, count, budget);
            case ("*", ListValue a, long count):
                budget.Step(Math.Min(Math.Max(count, 0), int.MaxValue) * a.Items.Count);
                return new ListValue([.. Enumerable.Repeat(a.Items, (int)Math.Min(a.Items.Count == 0 ? 0 : Math.Max(count, 0), int.MaxValue)).SelectMany(i => i)], a.IsTuple);
        }
        if (Number(left) is not { } x || Number(right) is not { } y) throw Mismatch($"apply '{operation}' to", left, right, budget);
        try
        {
            return x is long m && y is long n && operation != "/" ? Integers(operation, m, n, budget) : Reals(operation, ToReal(x), ToReal(y), budget);
        }
        catch (OverflowException e)
        {
            throw new ChatTemplateException($"the result of '{operation}' is too large", budget.Line, inner: e);
        }
    }

    /// <summary>A number, a bool as 0 or 1; null for anything else.</summary>
    public static object? Number(object value) => value switch { long or double => value, bool flag => flag ? 1L : 0L, _ => null };

    /// <summary>For errors: what a value is.</summary>
    public static string KindOf(object value) => value switch
    {
        None => "none",
        Undefined undefined => $"undefined ('{undefined.Name}')",
        bool => "a boolean",
        long or double => "a number",
        MarkedText => "a text",
        ListValue => "a list",
        MapValue => "a mapping",
        NamespaceValue => "a namespace",
        _ => "a function",
    };

    private static double ToReal(object number) => number is long integer ? integer : (double)number;

    private static int Order(object left, object right) =>
        left is long a && right is long b ? a.CompareTo(b) : ToReal(left).CompareTo(ToReal(right));

    private static object Integers(string operation, long a, long b, Budget budget) => operation switch
    {
        "+" => (object)(a + b),
        "-" => a - b,
        "*" => a * b,
        "//" or "%" when b == 0 => throw budget.Error("divides by zero"),
        "//" => a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0),
        "%" => b == -1 ? 0 : (a % b + b) % b,
        "**" when b < 0 => Reals(operation, a, b, budget),
        _ => Power(a, b),
    };

    private static double Reals(string operation, double a, double b, Budget budget)
    {
        if (b == 0 && operation is "/" or "//" or "%") throw budget.Error("divides by zero");
        var result = operation switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Math.Floor(a / b),
            "%" => a - b * Math.Floor(a / b),
            _ => Math.Pow(a, b),
        };
        return double.IsFinite(result) ? result : throw new OverflowException();
    }

    private static long Power(long value, long exponent)
    {
        var result = 1L;
        while (exponent > 0)
        {
            if ((exponent & 1) != 0) result *= value;
            exponent >>= 1;
            if (exponent > 0) value *= value;
        }
        return result;
    }

    private static ChatTemplateException Mismatch(string what, object left, object right, Budget budget) =>
        budget.Error($"cannot {what} {KindOf(left)} and {KindOf(right)}");
}
