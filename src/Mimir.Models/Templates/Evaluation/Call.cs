using Mimir.Models.Templates.Syntax;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>The arguments of a call as they are written.</summary>
/// <param name="Positional">Those without a name; true: *list.</param>
/// <param name="Named">Those with one; null: **mapping.</param>
internal sealed record ArgumentList(IReadOnlyList<(Expression Value, bool Spread)> Positional, IReadOnlyList<(string? Name, Expression Value)> Named)
{
    /// <summary>No arguments.</summary>
    public static readonly ArgumentList Empty = new([], []);

    /// <summary>Their values.</summary>
    public Arguments Evaluate(string name, Scope scope)
    {
        var (positional, named) = (new List<object>(), new List<(string, object)>());
        foreach (var (value, spread) in Positional)
        {
            if (spread) positional.AddRange(Filters.Elements(value.Evaluate(scope), scope.Budget));
            else positional.Add(value.Evaluate(scope));
        }
        foreach (var (key, value) in Named)
        {
            if (key is not null) named.Add((key, value.Evaluate(scope)));
            else if (value.Evaluate(scope) is MapValue map) named.AddRange(map.Entries.Select(e => (e.Key.Text, e.Value)));
            else throw scope.Budget.Error("what follows ** is no mapping");
        }
        return new Arguments(name, positional, named, scope.Budget);
    }
}

/// <summary>function(arguments)</summary>
internal sealed class Call(int line, Expression function, ArgumentList arguments) : Expression(line)
{
    /// <summary>What it calls, with one more argument: the body of a call block.</summary>
    public object With(Scope scope, Callable? caller)
    {
        var value = function.Evaluate(scope);
        if (value is not Callable callable) throw scope.Budget.Error(value is Undefined missing ? $"'{missing.Name}' is not known here" : $"cannot call {Operators.KindOf(value)}");
        var evaluated = arguments.Evaluate(callable.Name, scope);
        scope.Budget.Line = Line;
        return callable.Call(caller is null ? evaluated : new Arguments(evaluated.Name, evaluated.Positional, [.. evaluated.Named, ("caller", caller)], scope.Budget));
    }

    /// <inheritdoc/>
    protected override object Value(Scope scope) => With(scope, null);
}

/// <summary>value | filter(arguments)</summary>
internal sealed class Filtering(int line, Expression? operand, string name, Filter filter, ArgumentList arguments) : Expression(line)
{
    /// <summary>The filter's value for <paramref name="input"/>.</summary>
    public object Apply(object input, Scope scope)
    {
        var evaluated = arguments.Evaluate(name, scope);
        scope.Budget.Line = Line;
        return filter(input, evaluated);
    }

    /// <inheritdoc/>
    protected override object Value(Scope scope) => Apply(operand!.Evaluate(scope), scope);
}

/// <summary>value is test(arguments)</summary>
internal sealed class Testing(int line, Expression operand, string name, Test test, ArgumentList arguments) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope)
    {
        var value = operand.Evaluate(scope);
        var evaluated = arguments.Evaluate(name, scope);
        scope.Budget.Line = Line;
        return test(value, evaluated);
    }
}
