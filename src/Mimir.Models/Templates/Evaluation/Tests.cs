using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>value is ...</summary>
internal delegate bool Test(object value, Arguments arguments);

/// <summary>Jinja's tests.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Test> All = new(StringComparer.Ordinal)
    {
        ["defined"] = Plain(v => v is not Undefined),
        ["undefined"] = Plain(v => v is Undefined),
        ["none"] = Plain(v => v is None),
        ["boolean"] = Plain(v => v is bool),
        ["true"] = Plain(v => v is true),
        ["false"] = Plain(v => v is false),
        ["integer"] = Plain(v => v is long),
        ["float"] = Plain(v => v is double),
        ["number"] = Plain(v => v is long or double or bool),
        ["string"] = Plain(v => v is MarkedText),
        ["mapping"] = Plain(v => v is MapValue),
        ["iterable"] = Plain(v => v is ListValue or MapValue or MarkedText or Undefined),
        ["sequence"] = Plain(v => v is ListValue or MapValue or MarkedText or Undefined),
        ["callable"] = Plain(v => v is Callable),
        ["lower"] = (v, a) => Letters(v, a, char.IsLower, char.IsUpper),
        ["upper"] = (v, a) => Letters(v, a, char.IsUpper, char.IsLower),
        ["odd"] = (v, a) => Remainder(v, 2, a) == 1,
        ["even"] = (v, a) => Remainder(v, 2, a) == 0,
        ["divisibleby"] = (v, a) => Remainder(v, a.Bind("num")[0] ?? throw a.Error("needs a number"), a) == 0,
        ["in"] = (v, a) => Operators.Contains(Other(a), v, a.Budget),
        ["sameas"] = (v, a) => Other(a) is var other && (ReferenceEquals(v, other) || (v is bool or long && v.Equals(other))),
        ["eq"] = (v, a) => Operators.Same(v, Other(a), a.Budget),
        ["ne"] = (v, a) => !Operators.Same(v, Other(a), a.Budget),
        ["lt"] = (v, a) => Operators.Compare(v, Other(a), a.Budget) < 0,
        ["le"] = (v, a) => Operators.Compare(v, Other(a), a.Budget) <= 0,
        ["gt"] = (v, a) => Operators.Compare(v, Other(a), a.Budget) > 0,
        ["ge"] = (v, a) => Operators.Compare(v, Other(a), a.Budget) >= 0,
        ["filter"] = (v, a) => Filters.Find(a.Text(v).Text) is not null,
        ["test"] = (v, a) => Find(a.Text(v).Text) is not null,
    };

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["equalto"] = "eq", ["=="] = "eq", ["!="] = "ne", ["lessthan"] = "lt", ["<"] = "lt", ["<="] = "le", ["greaterthan"] = "gt", [">"] = "gt", [">="] = "ge",
    };

    /// <summary>The test of that name, or null.</summary>
    public static Test? Find(string name) => All.GetValueOrDefault(Aliases.GetValueOrDefault(name, name));

    private static Test Plain(Predicate<object> holds) => (value, arguments) =>
    {
        arguments.Bind();
        return holds(value);
    };

    private static object Other(Arguments arguments) => arguments.Bind("other")[0] ?? throw arguments.Error("needs an argument");

    private static bool Letters(object value, Arguments arguments, Func<char, bool> needed, Func<char, bool> barred)
    {
        var text = Printing.Text(value, arguments.Budget).Text;
        return text.Any(needed) && !text.Any(barred);
    }

    private static long Remainder(object value, object divisor, Arguments arguments) =>
        (Operators.Number(value), Operators.Number(divisor is int small ? (long)small : divisor)) is (long number, long by)
            ? (long)Operators.Arithmetic("%", number, by, arguments.Budget)
            : throw arguments.Error("needs an integer");
}
