namespace Mimir.Trust.Policies;

/// <summary>What a policy says: every rule that applies, judged. Accepted exactly when there is a rule and all pass.</summary>
public sealed class PolicyDecision
{
    private readonly List<PolicyRule> _rules = [];

    internal PolicyDecision()
    {
    }

    /// <summary>The rules, in the order in which they were judged.</summary>
    public IReadOnlyList<PolicyRule> Rules => _rules;

    /// <summary>The rules that fail.</summary>
    public IEnumerable<PolicyRule> Failures => _rules.Where(rule => !rule.Passes);

    /// <summary>Whether every rule passes.</summary>
    public bool IsAccepted => _rules.Count > 0 && _rules.TrueForAll(rule => rule.Passes);

    /// <summary>Adds a judged rule.</summary>
    internal bool Add(string rule, string expected, string found, bool passes)
    {
        _rules.Add(new PolicyRule(rule, expected, found, passes));
        return passes;
    }

    /// <summary>A flag that must have one value.</summary>
    internal void Flag(string rule, bool expected, bool found) => Add(rule, Word(expected), Word(found), expected == found);

    /// <summary>A number that must be large enough; null was not stated, and fails.</summary>
    internal void AtLeast(string rule, ulong minimum, ulong? found) => Add(rule, $"at least {minimum}", found?.ToString() ?? "nothing", found >= minimum);

    /// <summary>A text out of a list.</summary>
    internal void OneOf(string rule, IReadOnlyCollection<string> accepted, string? found) =>
        Add(rule, accepted.Count == 1 ? accepted.First() : $"one of {string.Join(", ", accepted)}", found ?? "nothing", found is not null && accepted.Contains(found));

    private static string Word(bool value) => value ? "yes" : "no";
}
