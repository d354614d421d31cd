using System.Runtime.CompilerServices;

namespace Mimir.Models.Templates.Values;

/// <summary>Bounds what one rendering may do: templates come from strangers.</summary>
internal sealed class Budget(long steps, int characters)
{
    private const int CharactersPerStep = 8, MaxCalls = 64;
    private long _left = steps;
    private int _calls;

    /// <summary>The line that is being evaluated, for errors.</summary>
    public int Line { get; set; } = 1;

    /// <summary>One node, or <paramref name="count"/> elements of a list.</summary>
    public void Step(long count = 1)
    {
        _left -= count;
        if (_left < 0) throw Error("takes too many steps");
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Error("is nested too deeply");
    }

    /// <summary><paramref name="more"/> characters are added to a text of <paramref name="length"/>.</summary>
    public void Characters(int more, int length)
    {
        if (more > characters - length) throw Error($"makes a text of more than {characters} characters");
        Step(1 + more / CharactersPerStep);
    }

    /// <summary>Enters a macro or a recursive loop; <see cref="Leave"/> follows.</summary>
    public void Enter()
    {
        if (++_calls > MaxCalls) throw Error("calls itself too often");
    }

    /// <summary>Leaves it.</summary>
    public void Leave() => _calls--;

    /// <summary>An error on the current line.</summary>
    public ChatTemplateException Error(string problem) => new(problem, Line);
}
