using Mimir.Models.Templates.Evaluation;
using Mimir.Models.Templates.Values;

namespace Mimir.Models.Templates.Syntax;

/// <summary>What follows a statement.</summary>
internal enum Flow
{
    /// <summary>The next one.</summary>
    Next,

    /// <summary>The end of the loop.</summary>
    Break,

    /// <summary>The loop's next item.</summary>
    Continue,
}

/// <summary>Something that writes or sets.</summary>
/// <param name="line">Where it begins.</param>
internal abstract class Statement(int line)
{
    /// <summary>Where it begins.</summary>
    public int Line { get; } = line;

    /// <summary>Does it, writing to <paramref name="output"/>.</summary>
    public Flow Render(Scope scope, MarkedTextBuilder output)
    {
        scope.Budget.Line = Line;
        scope.Budget.Step();
        return Run(scope, output);
    }

    /// <summary>Does it; called once, after it was charged.</summary>
    protected abstract Flow Run(Scope scope, MarkedTextBuilder output);
}

/// <summary>Statements one after the other.</summary>
/// <param name="line">Where it begins.</param>
/// <param name="statements">In order.</param>
internal sealed class Block(int line, IReadOnlyList<Statement> statements) : Statement(line)
{
    /// <summary>What it writes, as a value.</summary>
    public MarkedText Text(Scope scope)
    {
        var output = new MarkedTextBuilder(scope.Budget);
        Render(scope, output);
        return output.ToText();
    }

    /// <inheritdoc/>
    protected override Flow Run(Scope scope, MarkedTextBuilder output)
    {
        foreach (var statement in statements)
            if (statement.Render(scope, output) is not Flow.Next and var flow) return flow;
        return Flow.Next;
    }
}
