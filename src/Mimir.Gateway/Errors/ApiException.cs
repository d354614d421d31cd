namespace Mimir.Gateway.Errors;

/// <summary>What a client is told instead of an answer, in OpenAI's shape. The message names the field and never repeats text of the prompt.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="type">OpenAI's class of error: invalid_request_error, authentication_error, …</param>
/// <param name="message">One line: what, where, what to do.</param>
/// <param name="param">The request's field, or null.</param>
/// <param name="code">For programs, or null.</param>
public sealed class ApiException(int status, string type, string message, string? param = null, string? code = null) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status => status;

    /// <summary>Seconds after which to try again, or null.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Whether the same request may be answered later; OpenAI's clients repeat a request by themselves unless they are told not to.</summary>
    public bool MayRetry { get; init; } = true;

    /// <summary>The body.</summary>
    internal ErrorBody Body => new(new ErrorDetail(Message, type, param, code));

    /// <summary>400 because of a field.</summary>
    public static ApiException Field(string field, string message, string? code = "invalid_value") => new(400, "invalid_request_error", message, field, code);

    /// <summary>404.</summary>
    public static ApiException NotFound(string message, string? field = null, string? code = "not_found") => new(404, "invalid_request_error", message, field, code);

    /// <summary>503: the cluster cannot answer now.</summary>
    public static ApiException Unavailable(string message, string code) => new(503, "service_unavailable", message, null, code) { RetryAfter = 5 };
}

/// <summary>OpenAI's error object.</summary>
internal sealed record ErrorBody(ErrorDetail Error);

/// <summary>Its only member.</summary>
internal sealed record ErrorDetail(string Message, string Type, string? Param, string? Code);
