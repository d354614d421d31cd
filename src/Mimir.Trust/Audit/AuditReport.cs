namespace Mimir.Trust.Audit;

/// <summary>What the examination of a log found.</summary>
/// <param name="Entries">Good entries before the first fault.</param>
/// <param name="Writer">Who wrote it, as <c>role/name</c>; null when not known.</param>
/// <param name="Head">Hash of the last good entry.</param>
/// <param name="Closed">Whether the log ends in good order.</param>
/// <param name="Tears">How often a crash left something, which is kept and marked.</param>
/// <param name="FirstBadLine">From 1; null when there is none.</param>
/// <param name="Fault">What is wrong with it.</param>
public sealed record AuditReport(long Entries, string? Writer, string Head, bool Closed, int Tears, long? FirstBadLine, AuditFault? Fault)
{
    /// <summary>Whether everything is as it was written.</summary>
    public bool IsIntact => Fault is null;
}
