"""What happens with the one login: systems are connected, people enter and leave, systems are told and watched."""
