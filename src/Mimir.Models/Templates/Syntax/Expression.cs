using Mimir.Models.Templates.Evaluation;

namespace Mimir.Models.Templates.Syntax;

/// <summary>Something that has a value.</summary>
/// <param name="line">Where it begins.</param>
internal abstract class Expression(int line)
{
    /// <summary>Where it begins.</summary>
    public int Line { get; } = line;

    /// <summary>Its value among these variables.</summary>
    public object Evaluate(Scope scope)
    {
        scope.Budget.Line = Line;
        scope.Budget.Step();
        return Value(scope);
    }

    /// <summary>Its value; called once per evaluation, after it was charged.</summary>
    protected abstract object Value(Scope scope);
}
