namespace Mimir.Cli;

/// <summary>What the program's exit status means; part of the command line's contract.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The run failed, or the results disagreed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, the configuration or a model was wrong.</summary>
    public const int Usage = 2;

    /// <summary>A peer misbehaved: a check failed and nothing was released.</summary>
    public const int Misbehaviour = 3;

    /// <summary>A peer or service could not be reached.</summary>
    public const int Unreachable = 4;
}
