namespace Mimir.Trust.Audit;

/// <summary>Takes entries. Thread-safe.</summary>
public interface IAuditLog
{
    /// <summary>Returns when the entry is on disk.</summary>
    /// <exception cref="AuditLogException">It is not, and no later one will be: what depends on it must not happen.</exception>
    void Append(AuditEvent entry);
}
