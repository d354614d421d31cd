using Mimir.Models.Templates.Syntax;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Evaluation;

/// <summary>A value that is written out.</summary>
internal sealed class Literal(int line, object value) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope) => value;
}

/// <summary>A variable.</summary>
internal sealed class Variable(int line, string name) : Expression(line)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    protected override object Value(Scope scope) => scope.Find(Name);
}

/// <summary>[a, b] or (a, b).</summary>
internal sealed class ListLiteral(int line, IReadOnlyList<Expression> items, bool tuple) : Expression(line)
{
    /// <summary>Its elements.</summary>
    public IReadOnlyList<Expression> Items { get; } = items;

    /// <inheritdoc/>
    protected override object Value(Scope scope) => new ListValue([.. Items.Select(item => item.Evaluate(scope))], tuple);
}

/// <summary>{"key": value}.</summary>
internal sealed class MapLiteral(int line, IReadOnlyList<(Expression Key, Expression Value)> entries) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope) => new MapValue(entries.Select(entry =>
        (entry.Key.Evaluate(scope) as MarkedText ?? throw scope.Budget.Error("a key of a mapping is no text"), entry.Value.Evaluate(scope))));
}

/// <summary>+x, -x.</summary>
internal sealed class Sign(int line, bool negative, Expression operand) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope) => Operators.Arithmetic(negative ? "-" : "+", 0L, operand.Evaluate(scope), scope.Budget);
}

/// <summary>Arithmetic with two operands.</summary>
internal sealed class Arithmetic(int line, string operation, Expression left, Expression right) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope) => Operators.Arithmetic(operation, left.Evaluate(scope), right.Evaluate(scope), scope.Budget);
}

/// <summary>a ~ b ~ c: their texts one after the other.</summary>
internal sealed class Concatenation(int line, IReadOnlyList<Expression> parts) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope)
    {
        var text = new MarkedTextBuilder(scope.Budget);
        foreach (var part in parts) text.Append(Printing.Text(part.Evaluate(scope), scope.Budget));
        return text.ToText();
    }
}

/// <summary>a &lt; b &lt;= c ...: every neighbouring pair compares so.</summary>
internal sealed class Comparison(int line, Expression first, IReadOnlyList<(string Operation, Expression Operand)> rest) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope)
    {
        var left = first.Evaluate(scope);
        foreach (var (operation, operand) in rest)
        {
            var right = operand.Evaluate(scope);
            if (!Holds(operation, left, right, scope.Budget)) return false;
            left = right;
        }
        return true;
    }

    private static bool Holds(string operation, object left, object right, Budget budget) => operation switch
    {
        "==" => Operators.Same(left, right, budget),
        "!=" => !Operators.Same(left, right, budget),
        "in" => Operators.Contains(right, left, budget),
        "not in" => !Operators.Contains(right, left, budget),
        "<" => Operators.Compare(left, right, budget) < 0,
        "<=" => Operators.Compare(left, right, budget) <= 0,
        ">" => Operators.Compare(left, right, budget) > 0,
        _ => Operators.Compare(left, right, budget) >= 0,
    };
}

/// <summary>a and b, a or b: one of the two values, the second evaluated only when needed.</summary>
internal sealed class Junction(int line, bool conjunction, Expression left, Expression right) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope)
    {
        var value = left.Evaluate(scope);
        return Operators.Truth(value) == conjunction ? right.Evaluate(scope) : value;
    }
}

/// <summary>not a.</summary>
internal sealed class Negation(int line, Expression operand) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope) => !Operators.Truth(operand.Evaluate(scope));
}

/// <summary>a if test else b.</summary>
internal sealed class Conditional(int line, Expression test, Expression then, Expression? otherwise) : Expression(line)
{
    /// <inheritdoc/>
    protected override object Value(Scope scope) =>
        Operators.Truth(test.Evaluate(scope)) ? then.Evaluate(scope) : otherwise?.Evaluate(scope) ?? new Undefined("an if without else");
}
