namespace Mimir.Trust.Audit;

/// <summary>An entry as it was read.</summary>
/// <param name="Sequence">Its number, from 0.</param>
/// <param name="Time">When, by the writer's clock.</param>
/// <param name="Kind">One of <see cref="AuditEvent.Kinds"/>.</param>
/// <param name="Fields">In the order of the log.</param>
public sealed record AuditEntry(long Sequence, DateTimeOffset Time, string Kind, IReadOnlyList<AuditField> Fields)
{
    /// <summary>A text field, or null.</summary>
    public string? Text(string name) => Fields.FirstOrDefault(f => f.Name == name)?.Value as string;

    /// <summary>The fields in one line: <c>session=… to=alice,bob</c>.</summary>
    public string Summary => string.Join(' ', Fields.Select(f => $"{f.Name}={(f.Value is IReadOnlyList<string> texts ? string.Join(',', texts) : f.Value)}"));
}
