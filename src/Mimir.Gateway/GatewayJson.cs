using System.Text.Json.Serialization;
using Mimir.Gateway.Errors;
using Mimir.Gateway.OpenAi;

namespace Mimir.Gateway;

/// <summary>Everything that leaves as JSON: snake_case, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelDescription))]
internal sealed partial class GatewayJson : JsonSerializerContext;
