namespace Mimir.Vaults.Pkcs11;

/// <summary>The PIN of a token; it comes from the environment, so that no file holds it.</summary>
public static class TokenPin
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "MIMIR_TOKEN_PIN";

    /// <summary>The PIN.</summary>
    /// <param name="whose">For the message: what needs it.</param>
    /// <exception cref="InvalidDataException">It is not set.</exception>
    public static string Read(string whose) => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } pin
        ? pin
        : throw new InvalidDataException($"{whose} is in a token; put its PIN into the environment variable {Variable}");
}
