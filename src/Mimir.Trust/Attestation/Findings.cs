namespace Mimir.Trust.Attestation;

/// <summary>The reasons against a piece of evidence found so far: a verifier goes on after the first where it safely can.</summary>
public sealed class Findings
{
    private readonly List<Refusal> _reasons = [];

    /// <summary>The reasons, in the order in which they were found, each once.</summary>
    public IReadOnlyList<Refusal> Reasons => _reasons;

    /// <summary>Whether nothing speaks against the evidence so far.</summary>
    public bool None => _reasons.Count == 0;

    /// <summary>Adds a reason. Returns false, so that a check can end with it.</summary>
    public bool Add(string code, string sentence)
    {
        var reason = new Refusal(code, sentence);
        if (!_reasons.Contains(reason)) _reasons.Add(reason);
        return false;
    }

    /// <summary>Adds all of <paramref name="reasons"/>.</summary>
    public void Add(IEnumerable<Refusal> reasons)
    {
        foreach (var reason in reasons) Add(reason.Code, reason.Sentence);
    }

    /// <summary>Adds a reason unless <paramref name="holds"/>. Returns <paramref name="holds"/>.</summary>
    public bool Require(bool holds, string code, string sentence) => holds || Add(code, sentence);
}
