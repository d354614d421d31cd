namespace Mimir.Spdz;

/// <summary>
/// A peer or the dealer sent something that an honest one never sends. The session is over: nothing is released, the tape is discarded.
/// </summary>
public abstract class ProtocolViolation(string message) : Exception(message);

/// <summary>The MAC check failed: some opened value, product tag or dealt item was altered.</summary>
public sealed class MacCheckFailedException(string message) : ProtocolViolation(message);

/// <summary>A party's revealed value does not match its commitment.</summary>
public sealed class CommitmentMismatchException(string message) : ProtocolViolation(message);

/// <summary>Parties disagree about what was opened: some party told different peers different things.</summary>
public sealed class EquivocationException(string message) : ProtocolViolation(message);

/// <summary>A message has the wrong length, sequence number or content range.</summary>
public sealed class MalformedMessageException(string message) : ProtocolViolation(message);

/// <summary>The dealer's correlated randomness failed its sacrifice or audit.</summary>
public sealed class DealerCheatedException(string message) : ProtocolViolation(message);

/// <summary>The copies of an output that the client received from the parties differ.</summary>
public sealed class OutputMismatchException(string message) : ProtocolViolation(message);
