namespace Mimir.Trust.Policies.Reading;

/// <summary>A value in a policy file, and the line where it stands.</summary>
internal abstract record PolicyNode(int Line);

/// <summary>A plain value.</summary>
internal sealed record PolicyScalar(int Line, string Value) : PolicyNode(Line);

/// <summary>A list.</summary>
internal sealed record PolicyList(int Line, IReadOnlyList<PolicyNode> Items) : PolicyNode(Line);

/// <summary>Keys and values, in the order of the file; no key occurs twice.</summary>
internal sealed record PolicyMapping(int Line, IReadOnlyList<(string Key, int Line, PolicyNode Value)> Entries) : PolicyNode(Line);
